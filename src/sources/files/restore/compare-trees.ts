import type { ArchiveContent, EntryKind, KindCount, KindCounts } from '../check/archive-content'
import type { OwnerNumbers } from '../owners/target-owners'
import type { FoundKind, TreeCount } from './count-trees'
import type { Given } from './left-out'
import { folderContent } from './reread-files'

interface Comparison {
  /** As it was seen while it was unpacked. */
  content: ArchiveContent
  /** Folders of the archive, or parts of them. */
  paths: readonly string[]
  /** In the order of `paths`. */
  found: readonly TreeCount[]
  given: Given
  /** The owners that root gave; undefined: all is the SSH user's. */
  numbers: OwnerNumbers | undefined
}

/** How unpacked folders differ from what was seen of their archive, without what was left out. In whole clauses. */
export function compareTrees({ content: archive, paths, found, given, numbers }: Comparison): string[] {
  return paths.flatMap((path, index) => {
    const content = folderContent({ content: archive }, path)
    const tree = found[index]
    if (content === undefined || tree === undefined) return [`${path} could not be counted`]
    const expected = withoutLeftOut(content.kinds, given)
    return [
      ...otherCounts(expected, tree).map(({ what, wanted, there }) => `${path} has ${there} ${what}, not ${wanted}`),
      ...otherDetails(expected, tree, numbers).map(what => `${path} has other ${what} than the archive`),
    ]
  })
}

const noDevices: KindCount = { names: 0, count: 0, bytes: 0, modes: 0, owners: new Map(), sticky: 0, setIds: 0 }

function withoutLeftOut(kinds: KindCounts, given: Given): KindCounts {
  return {
    ...kinds,
    ...(given.has('devices') ? {} : { b: noDevices, c: noDevices }),
    ...(given.has('set-uid') ? {} : { f: { ...kinds.f, setIds: 0 } }),
  }
}

const kindWords: readonly [EntryKind, string][] = [
  ['f', 'files'],
  ['d', 'directories'],
  ['l', 'symbolic links'],
  ['p', 'fifos'],
  ['b', 'block devices'],
  ['c', 'character devices'],
]

interface OtherCount {
  what: string
  wanted: number
  there: number
}

function otherCounts(expected: KindCounts, tree: TreeCount): OtherCount[] {
  const { names, kinds, hasSetIds, hasCapabilities } = tree
  const { setIds } = expected.f
  const isKnown = kinds !== undefined || setIds === 0
  return [
    ...kindWords.map(([kind, what]) => ({ what, wanted: expected[kind].names, there: names[kind] })),
    { what: 'sockets', wanted: 0, there: names.s },
    {
      what: 'set-uid or set-gid files',
      wanted: setIds,
      there: isKnown ? (kinds?.f.setIds ?? Number(hasSetIds)) : setIds,
    },
    { what: 'files with capabilities, or more', wanted: 0, there: Number(hasCapabilities) },
  ].filter(({ wanted, there }) => wanted !== there)
}

/** Not every tar keeps the owners of symbolic links, and no server their permissions. */
const ownedKinds = kindWords.filter(([kind]) => kind !== 'l')

function otherDetails(expected: KindCounts, { kinds }: TreeCount, numbers: OwnerNumbers | undefined): string[] {
  if (kinds === undefined) return []
  const isRoot = numbers !== undefined
  const differ = (kind: EntryKind, fields: readonly (keyof KindCount & keyof FoundKind)[]) =>
    fields.some(field => expected[kind][field] !== kinds[kind][field])
  return [
    ...(differ('f', ['bytes']) ? [`bytes of files (${kinds.f.bytes}, not ${expected.f.bytes})`] : []),
    ...(differ('l', ['bytes']) ? ['targets of symbolic links'] : []),
    ...ownedKinds.filter(([kind]) => differ(kind, ['modes'])).map(([, words]) => `permissions of ${words}`),
    // GNU tar leaves a folder the set-gid bit that it has from the one around it.
    ...(isRoot && (differ('d', ['sticky']) || differ('f', ['sticky'])) ? ['sticky bits'] : []),
    ...ownedKinds
      .filter(([kind]) => isRoot && isOtherOwner(expected[kind], kinds[kind], numbers))
      .map(([, words]) => `owners of ${words}`),
  ]
}

function isOtherOwner({ owners }: KindCount, { uids, gids }: FoundKind, numbers: OwnerNumbers): boolean {
  const sum = { uid: 0, gid: 0 }
  for (const [owner, count] of owners) {
    const { uid, gid } = numbers(owner)
    sum.uid += count * uid
    sum.gid += count * gid
  }
  return sum.uid !== uids || sum.gid !== gids
}
