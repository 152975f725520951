import type { ArchiveContent, ContentDigest, DumpContent } from '../checks/content-check'
import { printable } from '../checks/printable'
import { plural } from '../runtime/format-count'
import type { Artifact, DatabaseArtifact, FilesArtifact } from './manifest'

/** What was found in a stored object of either kind. */
export type StoredContent = DumpContent | ArchiveContent

/**
 * How the content of a stored object differs from what its manifest says, as halves of a sentence: `table "orders" has other
 * rows`. Empty when it does not differ.
 */
export function compareContent(artifact: Artifact, content: StoredContent): string[] {
  if (artifact.kind === 'database' && 'tables' in content) return compareDump(artifact, content)
  if (artifact.kind === 'files' && 'files' in content) return compareFiles(artifact, content)
  throw new TypeError(`"${artifact.key}" was read with the check of another kind.`)
}

function compareDump({ content: told }: DatabaseArtifact, found: DumpContent): string[] {
  return orDigest(told, found, compareDumpObjects(told, found))
}

/**
 * How what a dump holds differs from what a manifest says of another dump: objects by name, tables by their rows. Two dumps of equal
 * databases differ elsewhere, in the times and versions they tell of.
 */
export function compareDumpObjects(told: DatabaseArtifact['content'], found: DumpContent): string[] {
  const fingerprints = new Map(found.tables.map(table => [table.name, table]))
  const toldTables = told.tables.map(({ name }) => name)
  const changed = told.tables.filter(({ name, bytes, sha256 }) => {
    const there = fingerprints.get(name)
    return there !== undefined && (there.bytes !== bytes || there.sha256 !== sha256)
  })
  return [
    ...compareNames('table', toldTables, [...fingerprints.keys()]),
    ...(changed.length === 0
      ? []
      : [
          named(
            'table',
            changed.map(({ name }) => name),
            'has',
            'have',
            'other rows',
          ),
        ]),
    ...objectKinds.flatMap(({ one, field }) => {
      const names = told.objects?.[field]
      const differences = names === undefined ? [] : compareNames(one, names, found[field])
      return [...differences, ...compareCounts(one, told[field], found[field].length, differences)]
    }),
  ]
}

function compareFiles({ content: told }: FilesArtifact, found: ArchiveContent): string[] {
  return orDigest(told, found, [
    ...compareCounts('file', told.files, found.files),
    ...compareCounts('directory', told.directories, found.directories),
    ...compareCounts('link', told.links, found.links),
  ])
}

const objectKinds = [
  { one: 'view', field: 'views' },
  { one: 'trigger', field: 'triggers' },
  { one: 'routine', field: 'routines' },
  { one: 'event', field: 'events' },
] as const

function compareNames(one: string, told: readonly string[], found: readonly string[]): string[] {
  const missing = without(told, found)
  const additional = without(found, told)
  return [
    ...(missing.length === 0 ? [] : [named(one, missing, 'is', 'are', 'missing')]),
    ...(additional.length === 0 ? [] : [named(one, additional, 'is', 'are', 'there in addition')]),
  ]
}

/** Nothing where the names have told it already. */
function compareCounts(one: string, told: number, found: number, differences: string[] = []): string[] {
  const many = one === 'directory' ? 'directories' : `${one}s`
  if (told === found || differences.length > 0) return []
  return [`it has ${plural(found, one, many)}, not ${told}`]
}

/** The differences; where nothing has told one, what the digests say. */
function orDigest(told: ContentDigest, found: ContentDigest, differences: string[]): string[] {
  if (differences.length > 0) return differences
  if (told.bytes !== found.bytes) return [`unpacked it has ${plural(found.bytes, 'byte')}, not ${told.bytes}`]
  return told.sha256 === found.sha256
    ? []
    : [`unpacked it has the sha256 ${found.sha256}, not ${told.sha256}`]
}

const toldAtMost = 5

function named(one: string, names: readonly string[], is: string, are: string, what: string): string {
  const told = names
    .slice(0, toldAtMost)
    .map(name => printable(name))
    .join(', ')
  const more = names.length > toldAtMost ? ` and ${names.length - toldAtMost} more` : ''
  return names.length === 1 ? `${one} ${told} ${is} ${what}` : `${one}s ${told}${more} ${are} ${what}`
}

function without(names: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others)
  return names.filter(name => !known.has(name))
}
