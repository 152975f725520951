import { link, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { treeDigest } from '../../servers/docroot'
import { openScene, type Scene } from '../failure/failure-scene'
import { expectRestored, overwriting, restoreRun } from './restore-run'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterEach(() => scene.tools.restore())
afterAll(() => scene?.close())

/** Backs up two folders with parents of their own, restores them, and returns in which folders tar worked. */
async function restoreTwo(name: string, prepare: (folders: [string, string]) => Promise<void>) {
  const base = join(dirname(scene.docroot), name)
  const folders: [string, string] = [join(base, 'one/html'), join(base, 'two/html')]
  for (const folder of folders) {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'index.php'), folder)
  }
  await prepare(folders)
  const backup = await scene.run({
    inputs: { databases: '', paths: folders.join('\n'), 'max-shrink': 'off' },
  })
  expect(backup.conclusion).toBe('success')
  const before = await Promise.all(folders.map(treeDigest))
  for (const folder of folders) await writeFile(join(folder, 'index.php'), 'broken')
  const seen = join(base, 'seen')
  scene.tools.replace(['tar'], `case "$*" in *"-C ./tree"*) pwd -P >>'${seen}' ;; esac\nexec "$real/tar" "$@"`)
  expectRestored(await restoreRun(scene.services, scene.bucket, { inputs: overwriting(scene.services) }))
  expect(await Promise.all(folders.map(treeDigest))).toEqual(before)
  const lines = (await readFile(seen, 'utf8')).trim().split('\n')
  return lines.map(line => dirname(line).slice(base.length + 1)).sort()
}

describe('a restore of two folders', () => {
  it('unpacks each beside its own place, out of reach of who may write beside the other', async () => {
    expect(await restoreTwo('apart', async () => {})).toEqual(['one', 'two'])
  })

  it('unpacks them together when files of one are hard links to files of the other', async () => {
    const linked = async ([one, two]: [string, string]) => {
      await writeFile(join(one, 'shared'), 'shared')
      await link(join(one, 'shared'), join(two, 'shared'))
    }
    expect(await restoreTwo('linked', linked)).toEqual(['one'])
  })
})
