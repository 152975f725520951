import type { ArchiveContent } from '../../../../../src/sources/files/check/archive-content'
import { laterOwners, ownerCommands } from '../../../../../src/sources/files/owners/later-owners'
import { aManifest, anArchive, anOwner, soundOf } from '../../../commands/restore/a-restore'

const root = anOwner({ user: 'root', group: 'root', uid: 0, gid: 0 })
const nameless = anOwner({ user: undefined, uid: 4711 })

function contentWith(changes: ArchiveContent['ownerChanges']['first'], count = changes.length): ArchiveContent {
  const { files } = soundOf(aManifest([anArchive(['/srv'])]), { files: { ownerChanges: { count, first: changes } } })
  if (files === undefined) throw new Error('The manifest has files.')
  return files.content
}

const changes = [
  { path: 'srv', owner: anOwner() },
  { path: 'srv/a', owner: root },
  { path: 'srv/line\nbreak', owner: root },
  { path: `srv/${Buffer.from('ü').toString('latin1')}`, owner: nameless },
  { path: 'srv-not', owner: root },
]

describe('ownerCommands', () => {
  it('gives the folder its owner, then what differs, in place or elsewhere', () => {
    expect(ownerCommands({ path: '/srv', target: '/new place' }, contentWith(changes))).toEqual([
      "chown -hR -- www-data:disk '/new place'",
      "chown -hR -- root:root '/new place/a' $'/new place/line\\x0abreak'",
      "chown -hR -- 4711:disk '/new place/ü'",
    ])
  })
})

describe('laterOwners', () => {
  it('says that everything will be the own of the user, with what root does later', () => {
    const content = contentWith(changes.slice(0, 2))
    expect(laterOwners([{ path: '/srv', target: '/srv' }], content, 'deploy')).toMatchObject([
      {
        what: 'All restored files will belong to deploy: only root can give files to others.',
        fix: 'Restore as root to give every file its owner; or run this as root after the restore:\nchown -hR -- www-data:disk /srv && chown -hR -- root:root /srv/a',
      },
    ])
  })

  it('says when the commands are not all, and when they give not all', () => {
    const owners = Array.from({ length: 12 }, (_, index) => ({
      path: `srv/${index}`,
      owner: index % 2 ? root : nameless,
    }))
    const [finding] = laterOwners([{ path: '/srv', target: '/srv' }], contentWith(owners, 20), 'deploy')
    expect(finding?.fix).toContain('(the job summary has more of them; 8 owners of 20 not among them)')
  })
})
