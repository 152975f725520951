import { execFileSync } from 'node:child_process'
import { chmod, link, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
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

describe('a site with links that lead out, set-uid files and fifos', () => {
  it('is backed up with a warning, and comes back without any switch', async () => {
    const site = join(dirname(scene.docroot), 'odd/html')
    await mkdir(join(site, 'shared'), { recursive: true })
    for (const [name, target] of [
      ['all', '/'],
      ['up', '../../../..'],
      ['etc', '/etc/passwd'],
    ] as const)
      await symlink(target, join(site, name))
    for (const name of ['helper', 'mail']) await writeFile(join(site, name), name)
    await link(join(site, 'up'), join(site, 'up too'))
    await link(join(site, 'helper'), join(site, 'helper too'))
    execFileSync('mkfifo', [join(site, 'pipe')])
    await chmod(join(site, 'helper'), 0o4711)
    await chmod(join(site, 'mail'), 0o2755)
    await chmod(join(site, 'shared'), 0o3775)
    const backup = await scene.run({ inputs: { databases: '', paths: site, 'max-shrink': 'off' } })
    expect(backup.conclusion).toBe('success')
    const warnings = backup.main?.annotations.warning.map(({ message }) => message) ?? []
    expect(warnings.filter(text => text.includes('A restore leaves out 2 set-uid or set-gid files'))).toHaveLength(1)
    const before = await treeDigest(site)
    await rm(site, { recursive: true })
    expectRestored(await restoreRun(scene.services, scene.bucket, { inputs: { paths: site } }))
    const without = before.map(line => line.replace(/^f 4711/, 'f 0711').replace(/^f 2755/, 'f 0755'))
    expect(await treeDigest(site)).toEqual(without)
  })
})
