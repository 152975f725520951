import { listed } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import type { RecordedDigest } from '../../../repository/encryption/recorded-digest'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { compareCounts, orDigest } from '../../content-differences'
import type { DumpContent } from './dump-content'

/** How a dump differs from its manifest, as halves of a sentence. */
export function compareDump(
  { content: expected }: DatabaseArtifact,
  found: DumpContent,
  recorded: RecordedDigest,
): string[] {
  return orDigest(expected, found, recorded, [
    ...compareObjectNames(expected, found),
    ...difference('table', changedTables(expected, found, recorded), 'has other rows', 'have other rows'),
  ])
}

/** How the names of objects in a dump differ from the manifest of another dump. */
export function compareObjectNames(expected: DatabaseArtifact['content'], found: DumpContent): string[] {
  return [
    ...compareNames('table', namesOf(expected.tables), namesOf(found.tables)),
    ...objectKinds.flatMap(({ one, field }) => {
      const names = expected.objects?.[field]
      const differences = names === undefined ? [] : compareNames(one, names, found[field])
      return [...differences, ...compareCounts(one, expected[field], found[field].length, differences)]
    }),
  ]
}

/** The tables that a dump has as its manifest does, with other rows, or rows that are written differently. */
export function changedTables(
  expected: DatabaseArtifact['content'],
  found: DumpContent,
  recorded: RecordedDigest,
): string[] {
  const fingerprints = new Map(found.tables.map(table => [table.name, table]))
  const changed = expected.tables.filter(({ name, bytes, sha256 }) => {
    const table = fingerprints.get(name)
    return table !== undefined && (table.bytes !== bytes || recorded(table.sha256) !== sha256)
  })
  return namesOf(changed)
}

const objectKinds = [
  { one: 'view', field: 'views' },
  { one: 'trigger', field: 'triggers' },
  { one: 'routine', field: 'routines' },
  { one: 'event', field: 'events' },
] as const

function compareNames(one: string, expected: readonly string[], found: readonly string[]): string[] {
  return [
    ...difference(one, without(expected, found), 'is missing', 'are missing'),
    ...difference(one, without(found, expected), 'is unexpected', 'are unexpected'),
  ]
}

function difference(one: string, names: readonly string[], singular: string, plural: string): string[] {
  if (names.length === 0) return []
  const shown = listed(names.map(quotedName), 5)
  return [names.length === 1 ? `${one} ${shown} ${singular}` : `${one}s ${shown} ${plural}`]
}

function namesOf(tables: readonly { name: string }[]): string[] {
  return tables.map(({ name }) => name)
}

function without(names: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others)
  return names.filter(name => !known.has(name))
}
