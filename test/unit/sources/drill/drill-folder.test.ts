import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDrillFolder, removeTree } from '../../../../src/sources/drill/drill-folder'
import { parseOwner, thisOwner } from '../../../../src/sources/drill/owner'

describe('openDrillFolder', () => {
  let temp: string
  beforeEach(async () => {
    temp = await mkdtemp(join(tmpdir(), 'drill-folder-'))
  })
  afterEach(() => rm(temp, { recursive: true }))

  it('makes a folder for its owner alone, with the name of the owner in it', async () => {
    const folder = await openDrillFolder([temp])
    expect((await stat(folder.path)).mode & 0o777).toBe(0o700)
    expect(parseOwner(await readFile(join(folder.path, 'owner'), 'utf8'))).toEqual(thisOwner())
    await folder.remove()
    expect(existsSync(folder.path)).toBe(false)
    await folder.remove()
  })

  it('goes where the path of a socket is short enough', async () => {
    const long = join(temp, 'a'.repeat(80))
    await mkdir(long)
    const folder = await openDrillFolder([long, temp])
    expect(folder.path.startsWith(join(temp, 'make-a-backup-drill-'))).toBe(true)
    await expect(openDrillFolder([long])).rejects.toMatchObject({
      message: expect.stringContaining('too long'),
    })
  })
})

describe('removeTree', () => {
  it('removes what forbids to be removed, and follows no link', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'drill-folder-'))
    await writeFile(join(outside, 'kept'), '')
    const tree = await mkdtemp(join(tmpdir(), 'drill-folder-'))
    await mkdir(join(tree, 'a/b'), { recursive: true })
    await writeFile(Buffer.concat([Buffer.from(join(tree, 'a/b/')), Buffer.from([0xff, 0xfe])]), '')
    await symlink(outside, join(tree, 'a/link'))
    await chmod(join(tree, 'a/b'), 0o500)
    await chmod(join(tree, 'a'), 0o000)
    await removeTree(tree)
    expect(existsSync(tree)).toBe(false)
    expect(existsSync(join(outside, 'kept'))).toBe(true)
    await rm(outside, { recursive: true })
  })
})
