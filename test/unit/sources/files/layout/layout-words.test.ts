import { layoutNotes, newOutsideLinks, outsideLinkWarning } from '../../../../../src/sources/files/layout/layout-words'
import { aFilesArtifact, aFilesBaseline } from '../../../repository/a-baseline'

const leading = (...targets: readonly string[]) => ({
  count: targets.length,
  sha256: 'a'.repeat(64),
  links: targets.map((target, index) => ({ path: `/srv/current/l${index}`, target, leadsTo: target })),
})

describe('outsideLinkWarning', () => {
  it.each<[string[], string[]]>([
    [['/srv/shared/uploads', '/srv/shared/.env'], ['/srv/shared']],
    [['/srv/shared/uploads'], ['/srv/shared/uploads']],
    [['/srv/shared/.env'], ['/srv/shared']],
    [
      ['/media', '/var/www/a', '/var/www/b'],
      ['/media', '/var/www/a', '/var/www/b'],
    ],
    [['/srv/x/y', '/srv/x/z', '/srv/x/y/deep'], ['/srv/x']],
  ])('for links to %j it names %j as what to add to "paths"', (targets, places) => {
    expect(outsideLinkWarning(leading(...targets)).fix).toMatch(
      new RegExp(`add it to "paths" .*:\npaths: \\|\n${places.map(place => `  ${place}`).join('\n')}$`),
    )
  })

  it('takes what is in folders of the system for parts of packages', () => {
    const { what, fix } = outsideLinkWarning(leading('/usr/share/javascript/jquery/jquery.js', '/etc/wordpress/x'))
    expect(what).toBe(
      '2 symbolic links lead out of "paths": "/srv/current/l0" -> "/usr/share/javascript/jquery/jquery.js", "/srv/current/l1" -> "/etc/wordpress/x". A restore brings them back as links; what they lead to is not in the recovery point.',
    )
    expect(fix).toBe('A new server needs the packages that bring /usr/share/javascript, /etc/wordpress/x.')
  })
})

describe('newOutsideLinks', () => {
  const artifact = (outsideLinks?: ReturnType<typeof leading>) => {
    const { content } = aFilesArtifact()
    return { content: { ...content, ...(outsideLinks === undefined ? {} : { outsideLinks }) } }
  }

  it('warns when there are others than the last time, and not of the same ones', () => {
    const known = aFilesBaseline({ marks: { 'link that leads out': 'a'.repeat(64) } })
    expect(newOutsideLinks(artifact(leading('/srv/x')), undefined)).toMatchObject([{ code: 'outside-links' }])
    expect(newOutsideLinks(artifact(leading('/srv/x')), aFilesBaseline())).toHaveLength(1)
    expect(newOutsideLinks(artifact(leading('/srv/x')), known)).toEqual([])
    expect(newOutsideLinks(artifact(), known)).toEqual([])
  })

  it('has notes for the summary every time', () => {
    const { content } = artifact(leading('/srv/x'))
    const mounts = [{ path: '/srv/current/up', type: 'nfs4', files: 12, bytes: 5 }]
    const pathLinks = [{ path: '/srv/current', target: 'releases/1', leadsTo: '/srv/releases/1' }]
    expect(layoutNotes({ content: { ...content, mounts, pathLinks } })).toEqual([
      'Mounted in the folders: "/srv/current/up" (nfs4, 12 files).',
      '"/srv/current" is a symbolic link to "releases/1": the archive has what it leads to.',
      expect.stringMatching(/^1 symbolic link leads out of "paths": .* as a link; what it leads to is not/),
    ])
  })
})
