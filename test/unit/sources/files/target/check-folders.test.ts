import type { RiskyEntryKind } from '../../../../../src/sources/files/check/archive-content'
import type { TargetPlace } from '../../../../../src/sources/files/target/folder-target-facts'
import { aManifest, anArchive } from '../../../commands/restore/a-restore'
import { findings, findingsOf, fixes } from '../../../commands/restore/planning'

const site = aManifest([anArchive()])
const two = aManifest([anArchive(['/var/www/html', '/srv/media'])])

describe('checkFolders, about places', () => {
  it.each<[TargetPlace['state'], boolean, string[]]>([
    ['absent', false, []],
    ['absent', true, []],
    ['empty', false, []],
    ['empty', true, []],
    ['folder', true, []],
    ['link', true, []],
    ['not-a-folder', true, []],
    [
      'folder',
      false,
      ['error: The folder /var/www/html exists and is not empty; it is not overwritten without "overwrite: true".'],
    ],
    [
      'link',
      false,
      ['error: The folder /var/www/html is a symbolic link; it is not overwritten without "overwrite: true".'],
    ],
    [
      'not-a-folder',
      false,
      ['error: The folder /var/www/html exists and is not a folder; it is not overwritten without "overwrite: true".'],
    ],
    ['mount', false, ['error: A disk is mounted at /var/www/html, so the folder cannot be replaced by renaming.']],
    ['mount', true, ['error: A disk is mounted at /var/www/html, so the folder cannot be replaced by renaming.']],
  ])('judges a place that is %s, with overwrite %s', (state, overwrite, expected) => {
    expect(findings({ manifest: site, inputs: { overwrite }, facts: { places: [{ state }] } })).toEqual(expected)
  })

  it('offers lines for "paths" that can be pasted, also when the folder goes elsewhere', () => {
    const inputs = { paths: [{ path: '/var/www/html', target: '/srv/new' }] }
    const fix = (state: TargetPlace['state']) => fixes({ manifest: site, inputs, facts: { places: [{ state }] } })[0]
    expect(fix('folder')).toMatch(/elsewhere: \/var\/www\/html=\/srv\/new-restored$/)
    expect(fix('mount')).toMatch(/\(\/var\/www\/html=\/srv\/new\/restored\)/)
  })

  it('wants a folder above that the SSH user may write in', () => {
    const facts = { isRoot: false, places: [{ isWritable: false }] }
    expect(findings({ manifest: site, facts })[0]).toBe(
      'error: The SSH user may not write to /var/www, where /var/www/html is to be restored.',
    )
  })

  it('checks each folder by its own place', () => {
    const places: Partial<TargetPlace>[] = [{ state: 'empty' }, { state: 'folder', parent: '/srv' }]
    expect(findings({ manifest: two, facts: { places } })).toEqual([
      'error: The folder /srv/media exists and is not empty; it is not overwritten without "overwrite: true".',
    ])
  })

  it('says who will own the files, unless that is who owned them', () => {
    expect(findings({ manifest: site, facts: { isRoot: false } })).toEqual([
      'warning: All restored files will belong to deploy: only root can give files to others.',
    ])
  })
})

describe('checkFolders, about places that are more than a site', () => {
  const told = (path: string) => {
    const manifest = aManifest([anArchive(['/srv/media', path])])
    return findingsOf({ manifest, facts: { places: [{}, {}] } })
  }

  it.each([
    ...['/etc', '/etc/cron.d', '/root', '/root/.ssh', '/usr/local/bin', '/lib64', '/lib/systemd/system', '/boot'],
    ...['/run/x', '/var/spool/cron', '/var/lib/mysql', '/var', '/bin', '/sbin/x', '/usr/share/nginx'],
    ...['/home', '/home/deploy', '/home/deploy/.ssh', '/srv/site/.config'],
  ])('wants %s to be named, which a manifest could have got from anybody', path => {
    expect(told(path)).toEqual([
      {
        code: 'system-place',
        level: 'error',
        what: `The recovery point has ${path}, which is more than a site, and "paths" does not name it: with "*" anyone who can write to the bucket chooses where the restore writes.`,
        fix: expect.stringMatching(`:\\npaths: \\|\\n  /srv/media\\n  ${path}$`),
      },
    ])
    const manifest = aManifest([anArchive(['/srv/media', path])])
    const inputs = { paths: [{ path: '/srv/media' }, { path }] }
    expect(findings({ manifest, inputs, facts: { places: [{}, {}] } })).toEqual([])
  })

  it.each([
    ...['/var/www', '/var/www/html', '/srv', '/opt/app', '/home/deploy/site', '/etcetera', '/libs', '/usr.d'],
    ...['/usr/share/nginx/html', '/usr/share/nginx/html/shop', '/usr/local/www/apache24', '/var/mail'],
  ])('takes %s for a site', path => {
    expect(told(path === '/srv' ? '/srv/www' : path)).toEqual([])
  })

  it('names all of them at once', () => {
    const manifest = aManifest([anArchive(['/etc/apache2', '/var/www', '/root/bin'])])
    const [finding] = findings({ manifest, facts: { places: [{}, {}, {}] } })
    expect(finding).toMatch(/has \/etc\/apache2, \/root\/bin, which .* does not name them:/)
  })
})

describe('checkFolders, about the disk', () => {
  /** The files themselves, and a block for each of 2,823 entries. */
  const needed = 600_000_000 + 4096 * 2823

  it.each([
    [needed, []],
    [undefined, []],
    [needed - 1, ['/mnt']],
  ])('compares what is free (%s) with what the files need', (freeBytes, mounts) => {
    const told = findings({ manifest: site, facts: { places: [{ freeBytes, mount: '/mnt' }] } })
    expect(told).toHaveLength(mounts.length)
    for (const mount of mounts) {
      expect(told[0]).toBe(
        `error: The files need 612 MB on the disk of ${mount}, which has 612 MB free (the old folder stays next to the new one).`,
      )
    }
  })

  it('adds up the folders of one disk, and not those of two', () => {
    const freeBytes = needed * 2 - 1
    const places = (second: string) => [
      { freeBytes, mount: '/' },
      { freeBytes, mount: second },
    ]
    expect(findings({ manifest: two, facts: { places: places('/') } })).toHaveLength(1)
    expect(findings({ manifest: two, facts: { places: places('/srv') } })).toEqual([])
  })
})

describe('checkFolders, about entries that may do harm', () => {
  const hazard = (kind: RiskyEntryKind, count = 1) => ({
    kind,
    count,
    examples: Array.from({ length: Math.min(count, 5) }, (_, index) => `"/var/www/html/${index}"`),
  })

  const told = (kind: RiskyEntryKind, isAllowed: boolean, isRoot: boolean) =>
    findingsOf({
      manifest: site,
      inputs: { allowedEntries: new Set(isAllowed ? [kind] : []) },
      facts: { isRoot },
      files: { hazards: [hazard(kind)] },
    }).filter(({ what }) => what.startsWith('The archive has'))

  it.each<[RiskyEntryKind, boolean, boolean, 'error' | 'warning']>([
    ['outside-links', false, true, 'error'],
    ['outside-links', true, true, 'warning'],
    ['outside-links', true, false, 'warning'],
    ['set-uid', false, true, 'error'],
    ['set-uid', true, true, 'warning'],
    ['set-uid', true, false, 'error'],
    ['devices', false, true, 'error'],
    ['devices', true, true, 'warning'],
    ['devices', true, false, 'error'],
  ])('judges %s, allowed: %s, as root: %s', (kind, isAllowed, isRoot, level) => {
    expect(told(kind, isAllowed, isRoot).map(each => each.level)).toEqual([level])
  })

  it('says at once all that it takes', () => {
    const [finding] = told('set-uid', false, false)
    expect(finding?.fix).toMatch(/add "set-uid" to "allow-entries".*Only root may restore them/)
    expect(told('set-uid', true, false)[0]?.fix).toBe('Only root may restore them: log in as root.')
    expect(told('outside-links', false, false)[0]?.fix).not.toMatch(/root/)
  })

  it('names the first five and counts the rest', () => {
    const files = { hazards: [hazard('outside-links', 7)] }
    expect(findings({ manifest: site, files })[0]).toBe(
      'error: The archive has symbolic links that lead out of the restored folders: "/var/www/html/0", "/var/www/html/1", "/var/www/html/2", "/var/www/html/3", "/var/www/html/4" and 2 more.',
    )
  })

  it('has nothing to say of kinds that are not there', () => {
    const hazards = [hazard('outside-links', 0), hazard('set-uid', 0), hazard('devices', 0)]
    expect(findings({ manifest: site, files: { hazards } })).toEqual([])
  })
})

describe('checkFolders, about hard links between folders', () => {
  const files = { crossLinks: { count: 3, examples: ['"/srv/media/a" to "/var/www/html/a"'] } }

  it('lets them be when everything goes to one disk', () => {
    expect(findings({ manifest: two, facts: { places: [{}, {}] }, files })).toEqual([])
  })

  it.each([
    ['only one of the folders is restored', [{ path: '/srv/media' }], [{}]],
    ['the folders go to two disks', 'all' as const, [{ mount: '/' }, { mount: '/srv' }]],
  ])('refuses when %s', (_, paths, places) => {
    expect(findings({ manifest: two, inputs: { paths }, facts: { places }, files })).toEqual([
      'error: Files of one folder are hard links to files of another (3 links, such as "/srv/media/a" to "/var/www/html/a"), so these folders can only be restored together and on one disk.',
    ])
  })

  it('lets one folder go alone when there are none', () => {
    const inputs = { paths: [{ path: '/srv/media' }] }
    expect(findings({ manifest: two, inputs })).toEqual([])
  })
})
