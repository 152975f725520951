import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encryptionNews } from '../../runner/encryption-switch'
import { treeDigest } from '../../servers/docroot'
import { command } from '../../servers/processes/command'
import { unpackArchive } from '../../servers/processes/stock-tools'
import { holdSocket } from '../../servers/socket-holder'
import { type SshdServer, startSshd } from '../../servers/sshd'
import { freshBucket, freshFolder, testServices } from '../../servers/test-services'
import { type GoodBackup, goodBackup } from '../good-backup'
import { sshInputs } from '../ssh-inputs'
import { filesOf } from '../stored-manifest'

const services = testServices()

/** Files with their names for content, below a fresh folder of an odd name. */
async function site(names: readonly string[]): Promise<string> {
  const folder = join(await freshFolder(services), `a "site" of $(id)'s`)
  for (const name of names) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), name)
  }
  return folder
}

/** Unpacks the files of a backup; returns the root. */
async function restored({ manifest, content }: GoodBackup): Promise<string> {
  const root = await freshFolder(services)
  await unpackArchive(await content(filesOf(manifest)), root)
  return root
}

const inside = async (folder: string) => (await readdir(folder, { recursive: true })).sort()

describe('the files of a backup', () => {
  it('are all but those that an exclude pattern matches', async () => {
    const folder = await site([
      'index.php',
      'error.log',
      'cache/page',
      'deep/cache/page',
      'deep/node_modules/a/b',
      'odd [1]/x',
      'odd 1/x',
    ])
    const backup = await goodBackup(services, {
      inputs: {
        paths: folder,
        exclude: `*.log\n${folder}/cache/\nnode_modules/\nodd \\[1\\]\n`,
        rotation: 'running',
      },
    })
    const root = await restored(backup)
    expect(await inside(join(root, folder))).toEqual(
      ['deep', 'deep/cache', 'deep/cache/page', 'index.php', 'odd 1', 'odd 1/x'].sort(),
    )
    expect(filesOf(backup.manifest).content.files).toBe(3)
  })

  it('are those of every folder, a folder given as a link among them', async () => {
    const [one, two] = [await site(['index.php']), await site(['deep/two.php'])]
    const link = join(await freshFolder(services), 'current')
    await symlink(two, link)
    const backup = await goodBackup(services, { inputs: { paths: `${one}/\n${link}`, rotation: 'running' } })
    expect(filesOf(backup.manifest).paths).toEqual([one, link])
    const root = await restored(backup)
    expect(await treeDigest(join(root, one))).toEqual(await treeDigest(one))
    expect(await treeDigest(join(root, link))).toEqual(await treeDigest(two))
  })

  it('follow the site: what was deleted there is gone from the next archive', async () => {
    const folder = await site(['kept.php', 'old/gone.php'])
    const inputs = {
      paths: folder,
      rotation: 'running',
      's3-bucket': await freshBucket(services),
      'mirror-dir': join(await freshFolder(services), 'mirror'),
    }
    await goodBackup(services, { inputs })
    await rm(join(folder, 'old'), { recursive: true })
    await writeFile(join(folder, 'kept.php'), 'changed')
    await writeFile(join(folder, 'new.php'), 'new')
    const root = await restored(await goodBackup(services, { inputs }))
    expect(await treeDigest(join(root, folder))).toEqual(await treeDigest(folder))
    expect(await inside(join(root, folder))).toEqual(['kept.php', 'new.php'])
  })

  it('are those of the site also where size and time stayed the same, once contents are compared', async () => {
    const many = Array.from({ length: 30 }, (_, index) => `many/${index}`)
    const [folder, dropped] = [await site(['same.php', ...many]), await site(['dropped.php'])]
    const inputs = {
      paths: `${folder}\n${dropped}`,
      's3-bucket': await freshBucket(services),
      'mirror-dir': join(await freshFolder(services), 'mirror'),
    }
    const comparedAt = ({ manifest }: GoodBackup) => filesOf(manifest).contentsComparedAt
    const first = await goodBackup(services, { inputs })
    // A run that is not good compares, and does not count.
    await rename(join(folder, 'many'), `${folder}-many`)
    await expect(goodBackup(services, { inputs: { ...inputs, 'compare-contents': 'always' } })).rejects.toThrow(
      /suspect/,
    )
    await rename(`${folder}-many`, join(folder, 'many'))
    const file = join(folder, 'same.php')
    const { atime, mtime } = await stat(file)
    await writeFile(file, 'SAME.PHP')
    await utimes(file, atime, mtime)
    const later = await goodBackup(services, { inputs })
    expect(comparedAt(first)).toMatch(/^\d{4}-/)
    expect(comparedAt(later)).toBe(comparedAt(first))

    const compared = await goodBackup(services, { inputs: { ...inputs, paths: folder, 'compare-contents': 'always' } })
    expect(Date.parse(comparedAt(compared) ?? '')).toBeGreaterThan(Date.parse(comparedAt(first) ?? ''))
    expect(compared.manifest.warnings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['contents-differed', 'mirror-folders-removed']),
    )
    expect(await readFile(join(await restored(compared), file), 'utf8')).toBe('SAME.PHP')
    expect(existsSync(join(inputs['mirror-dir'], dropped))).toBe(false)
  })

  it('may be none at all where that is allowed', async () => {
    const folder = await freshFolder(services)
    const backup = await goodBackup(services, { inputs: { paths: folder, 'allow-empty': 'true' } })
    expect(filesOf(backup.manifest).content).toMatchObject({ files: 0, directories: 1, links: 0 })
    expect(await inside(join(await restored(backup), folder))).toEqual([])
  })

  it('are told of when an archive cannot hold them: sockets, as servers leave them in their folders', async () => {
    const folder = await site(['index.php'])
    const socket = await holdSocket(join(folder, 'php.sock'))
    try {
      const { manifest, main } = await goodBackup(services, { inputs: { paths: folder } })
      const warnings = [{ code: 'server-messages', message: expect.stringContaining('php.sock') }, ...encryptionNews]
      expect(manifest.warnings).toEqual(warnings)
      expect(main.annotations.warning).toHaveLength(warnings.length)
      expect(filesOf(manifest).content.files).toBe(1)
    } finally {
      await socket.stop()
    }
  })
})

describe('the mirror on the server', () => {
  let home: string
  let sshd: SshdServer
  let calls: string

  /** The server has an rsync that writes down how it was called before it does its work. */
  beforeAll(async () => {
    const folder = await freshFolder(services)
    home = join(folder, 'home')
    calls = join(folder, 'calls')
    const bin = join(folder, 'bin')
    for (const path of [home, bin]) await mkdir(path)
    const real = (await command('sh', ['-c', 'command -v rsync'])).trim()
    await writeFile(
      join(bin, 'rsync'),
      `#!/bin/sh\n[ "$1" = --version ] || printf '%s\\n' "nice $(nice)" "$@" end >>"${calls}"\nexec ${real} "$@"\n`,
    )
    await chmod(join(bin, 'rsync'), 0o755)
    const environment = { HOME: home, PATH: `${bin}:${process.env['PATH']}` }
    sshd = await startSshd(join(folder, 'sshd'), { environment })
  })

  afterAll(() => sshd.stop())

  const inputs = () => ({ ...sshInputs(sshd), rotation: 'running' })

  it('lies below the home folder unless told otherwise, and holds each folder under its whole name', async () => {
    const folder = await site(['index.php'])
    await goodBackup(services, {
      inputs: { ...inputs(), paths: folder, 'mirror-dir': '' },
    })
    expect(await treeDigest(join(home, '.make-a-backup/mirror', folder))).toEqual(await treeDigest(folder))
    expect(await readdir(join(home, '.make-a-backup/mirror/.make-a-backup'))).toEqual(['wanted'])
    expect(await readFile(calls, 'utf8')).not.toContain('bwlimit')
  })

  it('lies where mirror-dir says, and is read no faster than rsync-bwlimit says, at the lowest priority', async () => {
    const folder = await site(['index.php'])
    const mirror = join(await freshFolder(services), 'a place of its own')
    await rm(join(home, '.make-a-backup'), { recursive: true, force: true })
    await rm(calls, { force: true })
    await goodBackup(services, {
      inputs: { ...inputs(), paths: folder, 'mirror-dir': mirror, 'rsync-bwlimit': '2.5M' },
    })
    expect(await treeDigest(join(mirror, folder))).toEqual(await treeDigest(folder))
    expect(existsSync(join(home, '.make-a-backup/mirror'))).toBe(false)
    const all = (await readFile(calls, 'utf8')).split('end\n').map(text => text.split('\n'))
    const [call = [], ...others] = all
      .slice(0, -1)
      .filter(each => !each.includes('--dry-run') && !each.includes('--info=help'))
    expect(call[0]).toBe('nice 19')
    expect(call).toContain('--bwlimit=2.5M')
    expect(others).toEqual([])
  })
})
