import type { EntryKind, KindCount } from '../../../../../src/sources/files/check/archive-content'
import { noEntries } from '../../../../../src/sources/files/check/folder-tally'
import { type OwnerNumbers, recordedNumbers } from '../../../../../src/sources/files/owners/target-owners'
import { compareTrees } from '../../../../../src/sources/files/restore/compare-trees'
import type { FoundKind, TreeCount } from '../../../../../src/sources/files/restore/count-trees'
import { type Given, nothingGiven } from '../../../../../src/sources/files/restore/left-out'
import { aManifest, anArchive, anOwner, soundOf } from '../../../commands/restore/a-restore'

type Counts = Partial<Record<EntryKind, Partial<FoundKind>>>

function counts(of: Counts): Record<EntryKind, FoundKind & KindCount> {
  const all = Object.entries(noEntries()).map(([kind, count]) => [kind, { ...count, uids: 0, gids: 0 }])
  const found = Object.fromEntries(all)
  for (const [kind, count] of Object.entries(of)) Object.assign(found[kind], count)
  return found
}

const webOwner = anOwner({ uid: 33, gid: 33 })

/** As the archive has it: two files and a folder of `webOwner`, all else of nobody who is counted. */
function archived(of: Counts): Record<EntryKind, KindCount> {
  const all = counts(of)
  return {
    ...all,
    f: { ...all.f, owners: new Map([[webOwner, 2]]) },
    d: { ...all.d, owners: new Map([[webOwner, 1]]) },
  }
}

const site: Counts = {
  f: { names: 3, count: 2, bytes: 10, modes: 800, uids: 66, gids: 66, sticky: 1, setIds: 1 },
  d: { names: 1, count: 1, modes: 493, uids: 33, gids: 33, setIds: 1 },
  l: { names: 1, count: 1, bytes: 4, modes: 511 },
  c: { names: 1, count: 1, modes: 438 },
}

/** The site as it is without what is left out. */
const plain: Counts = { ...site, f: { ...site.f, setIds: 0 }, c: {} }

function tree(of: Counts, overrides: Partial<TreeCount> & { sockets?: number } = {}): TreeCount {
  const kinds = counts(of)
  const { sockets = 0, ...rest } = overrides
  const { f, d, l, p, b, c } = kinds
  return {
    names: { f: f.names, d: d.names, l: l.names, p: p.names, b: b.names, c: c.names, s: sockets },
    ...{ kinds, hasSetIds: false, hasCapabilities: false },
    ...rest,
  }
}

interface Options {
  given?: Given
  numbers?: OwnerNumbers | undefined
}

function differences(found: TreeCount, { given = nothingGiven, ...options }: Options = {}): string[] {
  const numbers = 'numbers' in options ? options.numbers : recordedNumbers
  const perPath = [{ path: 'srv', files: 3, directories: 1, links: 1, fileBytes: 10, kinds: archived(site) }]
  const { files } = soundOf(aManifest([anArchive(['/srv'])]), { files: { perPath } })
  if (files === undefined) throw new Error('The manifest has files.')
  return compareTrees({ content: files.content, paths: ['/srv'], found: [found], given, numbers })
}

const all: Given = new Set(['set-uid', 'devices'] as const)

describe('compareTrees', () => {
  it('finds nothing where the tree is the archive without what was left out', () => {
    expect(differences(tree(plain))).toEqual([])
    expect(differences(tree(site), { given: all })).toEqual([])
  })

  it.each<[string, TreeCount, string]>([
    ['a file too much', tree({ ...plain, f: { ...plain.f, names: 4 } }), '/srv has 4 files, not 3'],
    ['a folder too few', tree({ ...plain, d: { ...plain.d, names: 0 } }), '/srv has 0 directories, not 1'],
    ['a device', tree({ ...plain, c: { names: 1 } }), '/srv has 1 character devices, not 0'],
    ['a fifo', tree({ ...plain, p: { names: 1 } }), '/srv has 1 fifos, not 0'],
    ['a socket', tree(plain, { sockets: 1 }), '/srv has 1 sockets, not 0'],
    ['set-uid', tree({ ...plain, f: { ...plain.f, setIds: 2 } }), '/srv has 2 set-uid or set-gid files, not 0'],
    ['capabilities', tree(plain, { hasCapabilities: true }), '/srv has 1 files with capabilities, or more, not 0'],
    [
      'other data',
      tree({ ...plain, f: { ...plain.f, bytes: 9 } }),
      '/srv has other bytes of files (9, not 10) than the archive',
    ],
    [
      'other targets',
      tree({ ...plain, l: { ...plain.l, bytes: 5 } }),
      '/srv has other targets of symbolic links than the archive',
    ],
    [
      'other permissions',
      tree({ ...plain, d: { ...plain.d, modes: 511 } }),
      '/srv has other permissions of directories than the archive',
    ],
    ['other bits', tree({ ...plain, d: { ...plain.d, sticky: 1 } }), '/srv has other sticky bits than the archive'],
    ['other owners', tree({ ...plain, f: { ...plain.f, gids: 0 } }), '/srv has other owners of files than the archive'],
  ])('finds %s', (_, found, difference) => {
    expect(differences(found)).toEqual([difference])
  })

  it('wants the owners that this server was to give', () => {
    const other = tree({ ...plain, f: { ...plain.f, uids: 96, gids: 98 }, d: { ...plain.d, uids: 48, gids: 49 } })
    expect(differences(other, { numbers: () => ({ uid: 48, gid: 49 }) })).toEqual([])
    expect(differences(other, { numbers: () => ({ uid: 48, gid: 48 }) })).toEqual([
      '/srv has other owners of files than the archive',
      '/srv has other owners of directories than the archive',
    ])
  })

  it('lets a folder have the set-gid bit of the one around it', () => {
    expect(differences(tree({ ...plain, d: { ...plain.d, setIds: 0 } }))).toEqual([])
  })

  it('does not compare what only root can restore', () => {
    const own = tree({ ...plain, f: { ...plain.f, uids: 0, gids: 0 }, d: { ...plain.d, uids: 0, setIds: 0 } })
    expect(differences(own, { numbers: undefined })).toEqual([])
  })

  it('compares names alone where the server knows no more, and finds set-uid all the same', () => {
    expect(differences(tree(plain, { kinds: undefined }))).toEqual([])
    expect(differences(tree(plain, { kinds: undefined, hasSetIds: true }))).toEqual([
      '/srv has 1 set-uid or set-gid files, not 0',
    ])
    expect(differences(tree(site, { kinds: undefined, hasSetIds: true }), { given: all })).toEqual([])
  })

  it('does not take a missing answer for agreement', () => {
    const { files } = soundOf(aManifest([anArchive(['/srv'])]))
    if (files === undefined) throw new Error('The manifest has files.')
    expect(
      compareTrees({ content: files.content, paths: ['/srv'], found: [], given: all, numbers: recordedNumbers }),
    ).toEqual(['/srv could not be counted'])
  })
})
