import { listed } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { compareCounts, orDigest } from '../../content-differences'
import type { DumpContent } from './dump-content'

/** How a dump differs from what its manifest says, as halves of a sentence. */
export function compareDump({ content: told }: DatabaseArtifact, found: DumpContent): string[] {
  return orDigest(told, found, compareDumpObjects(told, found))
}

/**
 * How what a dump holds differs from what a manifest says of another dump: objects by name, tables by their rows. Two
 * dumps of equal databases differ elsewhere, in the times and versions they tell of.
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

function named(one: string, names: readonly string[], is: string, are: string, what: string): string {
  const told = listed(names.map(quotedName), 5)
  return names.length === 1 ? `${one} ${told} ${is} ${what}` : `${one}s ${told} ${are} ${what}`
}

function without(names: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others)
  return names.filter(name => !known.has(name))
}
