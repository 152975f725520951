import type { ArchiveContent, FoundPart, RiskyEntries } from '../../../../../src/sources/files/check/archive-content'
import { NameTable } from '../../../../../src/sources/files/check/name-table'
import type { TargetPlace } from '../../../../../src/sources/files/target/folder-target-facts'
import { aDevice, aManifest, anArchive, aRiskyEntry, soundOf } from '../../../commands/restore/a-restore'
import { findings, findingsOf, fixes, type PlanOptions, plan } from '../../../commands/restore/planning'

const site = aManifest([anArchive()])
const two = aManifest([anArchive(['/var/www/html', '/srv/media'])])

describe('checkFolders, about places', () => {
  it.each<[TargetPlace['state'], boolean, string[]]>([
    ['absent', false, []],
    ['absent', true, []],
    ['empty', false, []],
    ['empty', true, []],
    ['folder', true, []],
    ['not-a-folder', true, []],
    [
      'folder',
      false,
      ['error: The folder /var/www/html exists and is not empty; it is not overwritten without "overwrite: true".'],
    ],
    [
      'link',
      true,
      [
        'error: /var/www/html is a symbolic link that a restore does not follow: it leads to no folder, or belongs to a user who does not own the folder that it leads to.',
      ],
    ],
    [
      'not-a-folder',
      false,
      ['error: The folder /var/www/html exists and is not a folder; it is not overwritten without "overwrite: true".'],
    ],
    ['mount', false, ['error: A disk or a folder is mounted at /var/www/html, so it cannot be replaced by renaming.']],
    ['mount', true, ['error: A disk or a folder is mounted at /var/www/html, so it cannot be replaced by renaming.']],
  ])('judges a place that is %s, with overwrite %s', (state, overwrite, expected) => {
    expect(findings({ manifest: site, inputs: { overwrite }, facts: { places: [{ state }] } })).toEqual(expected)
  })

  it('offers lines for "paths" that can be pasted, also when the folder goes elsewhere', () => {
    const inputs = { paths: [{ path: '/var/www/html', target: '/srv/new' }] }
    const fix = (state: TargetPlace['state']) => fixes({ manifest: site, inputs, facts: { places: [{ state }] } })[0]
    expect(fix('folder')).toMatch(/elsewhere: \/var\/www\/html=\/srv\/new-restored$/)
    expect(fix('mount')).toMatch(/\(\/var\/www\/html=\/srv\/new\/restored\)/)
  })

  it('refuses a folder with mounts in it, and says how to unmount them, the inner ones first', () => {
    const mounted = [
      { path: 'a', type: 'nfs4' },
      { path: "a/it's", type: 'tmpfs' },
    ]
    const [finding] = findingsOf({
      manifest: site,
      inputs: { overwrite: true },
      facts: { places: [{ state: 'folder', mounted }] },
    })
    expect(finding).toMatchObject({
      ...{ code: 'mounts-inside', level: 'error' },
      what: expect.stringMatching(
        /^2 mounts are inside of \/var\/www\/html: "\/var\/www\/html\/a" \(nfs4\), .* empty what is mounted\.$/,
      ),
      fix: expect.stringContaining("\numount '/var/www/html/a/it'\\''s' && umount /var/www/html/a\nOr restore"),
    })
  })

  it('follows a link to a folder of the site, and asks before it follows one to the system or to another place', () => {
    const places = (leadsTo: string): Partial<TargetPlace>[] => [{ state: 'folder', leadsTo }]
    const inputs = { overwrite: true, paths: [{ path: '/var/www/html' }] }
    expect(findings({ manifest: site, inputs, facts: { places: places('/srv/releases/1') } })).toEqual([])
    expect(findings({ manifest: site, inputs, facts: { places: places('/root') } })).toEqual([
      'error: The symbolic link /var/www/html leads to /root, which is more than a site.',
    ])
    const both: Partial<TargetPlace>[] = [{ leadsTo: '/srv/media/html' }, {}]
    expect(findings({ manifest: two, inputs: { overwrite: true }, facts: { places: both } })).toEqual([
      'error: /var/www/html and /srv/media would be restored to one place: a symbolic link leads to /srv/media/html, which is in /srv/media.',
    ])
  })

  it('says what was a mount or a link at the backup and becomes a plain folder', () => {
    const archive = anArchive()
    const mounts = [{ path: '/var/www/html/up', type: 'nfs4', files: 3, bytes: 5 }]
    const pathLinks = [{ path: '/var/www/html', target: '../releases/1', leadsTo: '/var/releases/1' }]
    const manifest = aManifest([{ ...archive, content: { ...archive.content, mounts, pathLinks } }])
    expect(findings({ manifest, facts: { places: [{}] } })).toEqual([
      'warning: At the backup something was mounted at "/var/www/html/up" (nfs4); the restore makes a plain folder of it, on the disk of /var/www/html.',
      'warning: At the backup "/var/www/html" was a symbolic link to "../releases/1"; the restore makes it a plain folder. Relative links in it were made for "/var/releases/1".',
    ])
    expect(fixes({ manifest, facts: { places: [{}] } })[1]).toContain(
      'mkdir -p "$(dirname /var/releases/1)" && mv /var/www/html /var/releases/1 && ln -s ../releases/1 /var/www/html',
    )
    const followed = findings({ manifest, facts: { places: [{ leadsTo: '/var/releases/2' }] } })
    expect(followed).toEqual([expect.stringContaining('mounted at "/var/releases/2/up"')])
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

  it('refuses a folder that a flag protects, which root too could not rename', () => {
    const places = [{ state: 'folder' as const, isWritable: false, protectedPath: '/var/www/my site' }]
    const found = findingsOf({ manifest: site, inputs: { overwrite: true }, facts: { places } })
    expect(found).toMatchObject([
      { code: 'protected', level: 'error', fix: expect.stringContaining("chattr -i -a '/var/www/my site'") },
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

describe('checkFolders, about entries that do harm when somebody else made them', () => {
  const programs: RiskyEntries = {
    ...{ kind: 'set-uid', count: 7 },
    first: Array.from({ length: 7 }, (_, index) => aRiskyEntry(`var/www/html/it's ${index}`, { mode: 0o6755 })),
  }

  const told = (entries: RiskyEntries, options: PlanOptions = {}) =>
    findingsOf({ manifest: site, files: { risky: [entries] }, ...options }).filter(({ code }) => code === 'left-out')

  it('says what is left out and why, and the commands that put it back', () => {
    expect(told(aDevice)).toEqual([
      {
        ...{ code: 'left-out', level: 'warning' },
        what: 'Not restored: 1 device: "/var/www/html/null". Whoever can write to the bucket could have added them: a signature that "signed-by" accepts shows that they are yours, and so does "devices" in "allow-entries".',
        fix: 'If it belongs to your site, put it back as root after the restore:\nmknod -m 0666 /var/www/html/null c 1 3 && chown -- root:disk /var/www/html/null',
      },
    ])
  })

  it('names the first five, for the places that they get', () => {
    const inputs = { paths: [{ path: '/var/www/html', target: '/srv/new' }] }
    const [finding] = told(programs, { inputs })
    expect(finding?.what).toMatch(
      /^Not restored: 7 set-uid or set-gid files: "\/var\/www\/html\/it's 0",.* and 2 more\. /,
    )
    expect(finding?.fix).toMatch(
      /\(the job summary has more of them\):\nchmod ug\+s '\/srv\/new\/it'\\''s 0' && chmod ug\+s .*4'$/,
    )
  })

  it.each<[string, PlanOptions]>([
    ['named', { inputs: { allowedEntries: new Set(['set-uid']) } }],
    ['of an authentic recovery point', { isAuthentic: true }],
  ])('has nothing to say of what is %s', (_, options) => {
    expect(told(programs, options)).toEqual([])
  })

  it.each<[string, PlanOptions]>([
    ['of another kind than named', { inputs: { allowedEntries: new Set(['devices']) } }],
    ['for root only', { isAuthentic: true, facts: { isRoot: false } }],
  ])('leaves out what is %s', (_, options) => {
    expect(told(programs, options)).toHaveLength(1)
  })

  it('tells a user who is not root to give the owner back as well', () => {
    const [finding] = told(programs, { facts: { isRoot: false } })
    expect(finding?.what).toMatch(/Only root may make them\.$/)
    expect(finding?.fix).toContain("chown -- www-data:disk '/var/www/html/it'\\''s 0' && chmod ug+s ")
  })

  it('never restores capabilities', () => {
    const first = [aRiskyEntry('var/www/html/server', { capabilities: '10+ep' })]
    const [finding] = told({ kind: 'capabilities', count: 1, first }, { isAuthentic: true })
    expect(finding?.fix).toMatch(/\nsetcap 10\+ep \/var\/www\/html\/server$/)
  })

  it('is silent about folders that are not restored, and kinds that are not there', () => {
    const inputs = { paths: [{ path: '/srv/media' }] }
    expect(told(programs, { manifest: two, inputs })).toEqual([])
    expect(told({ kind: 'devices', count: 0, first: [] })).toEqual([])
  })
})

describe('checkFolders, about hard links between folders', () => {
  const { files: whole } = soundOf(two)
  const linked = (targets: NameTable | undefined): Partial<ArchiveContent> => ({
    perPath: (whole?.content.perPath ?? []).map(each => ({
      ...each,
      ...(each.path === 'srv/media'
        ? { outside: { links: { count: 3, examples: ['"/srv/media/a" to "/var/www/html/a"'] }, targets } }
        : {}),
    })),
  })
  const files = linked(new NameTable(1))

  it('lets them be when everything goes to one disk', () => {
    expect(findings({ manifest: two, facts: { places: [{}, {}] }, files })).toEqual([])
  })

  it.each([
    ['only one of the folders is restored', [{ path: '/srv/media' }], [{}]],
    ['the folders go to two disks', 'all' as const, [{ mount: '/' }, { mount: '/srv' }]],
  ])('says that they become files when %s', (_, paths, places) => {
    expect(findings({ manifest: two, inputs: { paths }, facts: { places }, files })).toEqual([
      'warning: There are 3 hard links in /srv/media to files outside of it, such as "/srv/media/a" to "/var/www/html/a". They are restored as files of their own.',
    ])
  })

  it('refuses when there are too many to follow', () => {
    const inputs = { paths: [{ path: '/srv/media' }] }
    expect(findings({ manifest: two, inputs, files: linked(undefined) })).toEqual([
      'error: The recovery point has 3 hard links in /srv/media to files outside of it, such as "/srv/media/a" to "/var/www/html/a": they are too many to follow.',
    ])
  })

  it('lets one folder go alone when there are none', () => {
    const inputs = { paths: [{ path: '/srv/media' }] }
    expect(findings({ manifest: two, inputs })).toEqual([])
  })
})

describe('checkFolders, about a part of a folder', () => {
  const path = '/srv/media/2026/logo.png'
  const inputs = { paths: [{ path, target: '/srv/look' }] }
  const part = (found: Partial<FoundPart>): Partial<ArchiveContent> => ({
    parts: [{ path: path.slice(1), kind: 'f', similar: [], above: 'srv/media', ...found }],
  })

  it('restores a file to where nothing is', () => {
    expect(findings({ manifest: two, inputs, files: part({}) })).toEqual([])
    expect(plan({ manifest: two, inputs, files: part({}) }).items[0]).toMatchObject({
      ...{ noun: 'file', name: path, target: '/srv/look', partOf: '/srv/media' },
    })
  })

  it.each([
    [{ similar: ['srv/media/2026/Logo.png'] }, 'Perhaps you mean "/srv/media/2026/Logo.png".'],
    [{ similar: [] }, 'It has the folder "/srv/media", and nothing in it that is called nearly so.'],
  ])('names what may be meant by a name that is not there: %j', (found, meant) => {
    const files = part({ kind: undefined, ...found })
    expect(findings({ manifest: two, inputs, files })).toEqual([
      `error: The recovery point does not have ${path}. ${meant}`,
    ])
  })

  it.each(['empty', 'folder'] as const)('does not put a file in the place of a folder that is %s', state => {
    const facts = { places: [{ state }] }
    expect(findingsOf({ manifest: two, inputs: { ...inputs, overwrite: true }, facts, files: part({}) })).toMatchObject(
      [{ code: 'folder-in-place', fix: `Write the place of the file itself: ${path}=/srv/look/logo.png` }],
    )
  })

  it('overwrites a file only when told to', () => {
    const facts = { places: [{ state: 'not-a-folder' as const }] }
    expect(findings({ manifest: two, inputs, facts, files: part({}) })).toEqual([
      'error: The file /srv/look exists; it is not overwritten without "overwrite: true".',
    ])
    expect(findings({ manifest: two, inputs: { ...inputs, overwrite: true }, facts, files: part({}) })).toEqual([])
  })

  it('restores no fifo alone', () => {
    expect(findingsOf({ manifest: two, inputs, files: part({ kind: 'p' }) })).toMatchObject([{ code: 'part-kind' }])
  })
})
