import { checkArchive } from '../../../../../src/sources/files/check/archive-check'
import { LayoutReader, readLayoutLine } from '../../../../../src/sources/files/layout/folder-layout'
import { NotedEntries } from '../../../../../src/sources/files/layout/noted-entries'
import { archive, entry, folder } from '../tars'

/** What a manifest records of an archive of these entries, after the server said these lines. */
function recorded(paths: readonly string[], lines: readonly string[], entries: readonly Buffer[]) {
  const layout = new LayoutReader(paths)
  for (const line of lines) {
    const [word = '', ...rest] = line.split(' ')
    readLayoutLine(layout, { word, value: rest.join(' ') })
  }
  const noted = new NotedEntries(layout)
  const check = checkArchive({ paths: paths.map(path => path.slice(1)), sink: noted })
  check.write(archive(...entries))
  check.finish()
  return noted.finish()
}

const file = (name: string, bytes = 0) => entry({ name, data: Buffer.alloc(bytes) })
const link = (name: string, target: string) => entry({ name, type: '2', link: target })
const site = folder('site/')

describe('NotedEntries', () => {
  it('counts what is in each first-level folder, hard links and symbolic links among the files', () => {
    const { folders, mounts } = recorded(
      ['/site'],
      [],
      [
        ...[site, file('site/index.php', 9), folder('site/b/'), folder('site/b/c/'), file('site/b/c/x', 700)],
        ...[entry({ name: 'site/b/y', type: '1', link: 'site/b/c/x' }), folder('site/a/'), link('site/b/z', 'x')],
      ],
    )
    expect(folders).toEqual([
      { path: '/site/a', files: 0, bytes: 0 },
      { path: '/site/b', files: 3, bytes: 700 },
    ])
    expect(mounts).toEqual([])
  })

  it('counts what is in each mount, also in one within another, and a path that is one itself', () => {
    const lines = ['mount 0 ext4 ', 'mount 0 nfs4 b/up loads', 'mount 0 tmpfs b/up loads/t\\012', 'mount 9 ext4 b']
    const entries = [
      ...[site, folder('site/b/'), file('site/b/x', 1), folder('site/b/up loads/'), file('site/b/up loads/1', 20)],
      ...[folder('site/b/up loads/t\n/'), file('site/b/up loads/t\n/2', 300)],
    ]
    expect(recorded(['/site'], lines, entries).mounts).toEqual([
      { path: '/site', type: 'ext4', files: 3, bytes: 321 },
      { path: '/site/b/up loads', type: 'nfs4', files: 2, bytes: 320 },
      { path: '/site/b/up loads/t\n', type: 'tmpfs', files: 1, bytes: 300 },
    ])
  })

  it('records no list of folders or mounts that would be too long', () => {
    const many = Array.from({ length: 1001 }, (_, index) => index)
    const { folders, mounts } = recorded(
      ['/site'],
      many.map(index => `mount 0 tmpfs ${index}`),
      [site, ...many.map(index => folder(`site/${index}/`))],
    )
    expect([folders, mounts]).toEqual([undefined, undefined])
  })

  it('finds links that lead out of all folders, from where a folder really is', () => {
    const paths = ['/srv/current', '/srv/media']
    const entries = [
      ...[folder('srv/current/'), link('srv/current/uploads', '../../shared/uploads'), link('srv/current/a', 'b')],
      ...[link('srv/current/own', '/srv/releases/1/x'), link('srv/current/same', '/srv/current/x')],
      ...[link('srv/current/media', '../../media'), link('srv/current/.env', '/srv/shared/.env')],
      ...[folder('srv/current/d/'), link('srv/current/d/up', '..'), folder('srv/media/')],
    ]
    const { outsideLinks, pathLinks } = recorded(paths, ['real 0 /srv/releases/1', 'linked 0 releases/1'], entries)
    expect(outsideLinks).toEqual({
      count: 2,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      links: [
        { path: '/srv/current/.env', target: '/srv/shared/.env', leadsTo: '/srv/shared/.env' },
        { path: '/srv/current/uploads', target: '../../shared/uploads', leadsTo: '/srv/shared/uploads' },
      ],
    })
    expect(pathLinks).toEqual([{ path: '/srv/current', target: 'releases/1', leadsTo: '/srv/releases/1' }])
  })

  it('knows a set of links by its digest, in any order, and lists the first hundred', () => {
    const links = Array.from({ length: 150 }, (_, index) => link(`site/l${index}`, '/etc'))
    const one = recorded(['/site'], [], [site, ...links]).outsideLinks
    const other = recorded(['/site'], [], [site, ...links.toReversed()]).outsideLinks
    expect(one).toMatchObject({ count: 150, sha256: other?.sha256 })
    expect(one?.links).toHaveLength(100)
    const changed = recorded(['/site'], [], [site, ...links.slice(1), link('site/l0', '/usr')]).outsideLinks
    expect(changed?.sha256).not.toBe(one?.sha256)
    expect(recorded(['/site'], [], [site, link('site/a', 'b')])).not.toHaveProperty('outsideLinks')
  })
})
