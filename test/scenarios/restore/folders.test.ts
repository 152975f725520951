import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, link, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { treeDigest } from '../../servers/docroot'
import { openScene, type Scene } from '../failure/failure-scene'
import { expectRefused, expectRestored, overwriting, restoreRun } from './restore-run'

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

describe('a site behind a link, with a mount in it and links to what the releases share', () => {
  it('says what is not in the backup, notices a mount that is gone, and comes back behind the same link', async () => {
    const base = join(dirname(scene.docroot), 'deployed')
    const at = (name: string) => join(base, name)
    const release = at('releases/1')
    for (const folder of ['releases/1/media', 'shared/uploads', 'live'].map(at))
      await mkdir(folder, { recursive: true })
    for (const file of ['shared/.env', 'releases/1/index.php', 'live/1', 'live/2'].map(at)) await writeFile(file, file)
    await symlink('releases/1', at('current'))
    await symlink('../../shared/uploads', join(release, 'uploads'))
    await symlink(at('shared/.env'), join(release, '.env'))
    // Without the right to mount, they are files of the release that vanish.
    const isMounted = tryMount(at('live'), join(release, 'media'))
    if (!isMounted) for (const name of ['1', '2']) await writeFile(join(release, 'media', name), name)
    const inputs = { databases: '', paths: at('current') }
    try {
      const first = await scene.run({ inputs: { ...inputs, 'accept-shrink': 'true' } })
      expect(first.conclusion).toBe('success')
      const warnings = first.main?.annotations.warning.map(({ message }) => message).join('\n')
      expect(warnings).toContain('2 symbolic links lead out of "paths"')
      expect(first.main?.summary).toContain(`&#124;   ${at('shared')}\n`)
      if (isMounted) expect(first.main?.summary).toMatch(/Mounted in the folders: .*current\/media.* \(\S+, 2 files\)/)

      const restore = { paths: at('current'), ...overwriting(scene.services) }
      if (isMounted) {
        const refused = await restoreRun(scene.services, scene.bucket, { inputs: restore })
        expectRefused(refused, [
          /1 mount is inside of .*releases\/1: .*releases\/1\/media/,
          /umount .*releases\/1\/media/,
        ])
        expect(await readdir(at('releases'))).toEqual(['1'])
        execFileSync('umount', [join(release, 'media')])
      } else for (const name of ['1', '2']) await rm(join(release, 'media', name))

      const second = await scene.run({ inputs })
      expect(second.main?.outputs['status']).toBe('suspect')
      const media = join(at('current'), 'media')
      expect(second.main?.annotations.error[0]?.message).toContain(
        isMounted ? `the mount "${media}" had 2 files and is gone or empty` : `"${media}" had 2 files and has none`,
      )
      expect(second.main?.annotations.warning.map(({ message }) => message).join()).not.toContain('lead out')

      await writeFile(join(release, 'index.php'), 'broken')
      expectRestored(await restoreRun(scene.services, scene.bucket, { inputs: restore }))
    } finally {
      if (isMounted) spawnSync('umount', [join(release, 'media')])
    }
    expect(await readlink(at('current'))).toBe('releases/1')
    expect(await readFile(join(release, 'index.php'), 'utf8')).toBe(at('releases/1/index.php'))
    expect(await readlink(join(release, 'uploads'))).toBe('../../shared/uploads')
    expect((await readdir(join(release, 'media'))).sort()).toEqual(['1', '2'])
    expect((await readdir(at('live'))).sort()).toEqual(['1', '2'])
    expect(await readdir(at('releases'))).toEqual(['1', expect.stringMatching(/^1\.before-restore-/)])
  })
})

/** Whether it could: only root may mount, and not in every container. */
function tryMount(from: string, to: string): boolean {
  return spawnSync('mount', ['--bind', from, to]).status === 0
}

describe('a restore of parts of a folder', () => {
  it('puts a folder, a file and a hard link to a file elsewhere into their places, next to the whole folder', async () => {
    const base = join(dirname(scene.docroot), 'parts')
    const [site, other, look] = [join(base, 'html'), join(base, 'other'), join(base, 'look')]
    await mkdir(join(site, 'media/2026'), { recursive: true })
    await mkdir(other)
    for (const name of ['index.php', 'media/2026/a.jpg', 'media/b.jpg']) await writeFile(join(site, name), name)
    await link(join(site, 'index.php'), join(site, 'media/linked'))
    await link(join(site, 'media/b.jpg'), join(other, 'far'))
    await chmod(join(site, 'media/b.jpg'), 0o640)
    const backup = await scene.run({ inputs: { databases: '', paths: `${site}\n${other}`, 'max-shrink': 'off' } })
    expect(backup.conclusion).toBe('success')
    // What is linked to what is not restored with it is a file of its own.
    const before = (await treeDigest(site)).map(line => line.replace(/ = "media\/b\.jpg"$/, ''))
    const media = (await treeDigest(join(site, 'media'))).map(line => line.replace(/ = "[^"]*"$/, ''))
    await rm(join(site, 'media/2026'), { recursive: true })

    const typo = { paths: `${site}/Media/2026=${look}\n${site}/media/b.jpeg=${look}.jpg` }
    const failed = await restoreRun(scene.services, scene.bucket, { inputs: typo })
    expect(failed.conclusion).toBe('failure')
    const said = JSON.stringify(failed.main?.annotations.error)
    for (const name of ['media/2026', 'media/b.jpg']) expect(said).toContain(`${site}/${name}`)
    expect(existsSync(look)).toBe(false)

    const parts = [`${site}/media=${look}`, `${site}/media/b.jpg=${base}/new/b.jpg`, `${other}/far=${base}/far`]
    const run = await restoreRun(scene.services, scene.bucket, {
      inputs: { ...overwriting(scene.services), paths: [site, ...parts].join('\n') },
    })
    expectRestored(run)
    expect(await treeDigest(site)).toEqual(before)
    expect(await treeDigest(look)).toEqual(media)
    for (const name of ['new/b.jpg', 'far']) {
      expect(await readFile(join(base, name), 'utf8')).toBe('media/b.jpg')
      expect(await stat(join(base, name))).toMatchObject({ nlink: 1, mode: 0o100640 })
    }
    expect((await readdir(base)).filter(name => name.includes('restoring'))).toEqual([])
    expect(run.main?.summary).toMatch(/file <code>[^<]*<\/code>, a part of <code>/)
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
