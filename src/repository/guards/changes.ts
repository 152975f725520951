import type { TableFingerprint } from '../manifest/manifest'
import {
  type ArtifactBaseline,
  type Baseline,
  type DatabaseBaseline,
  objectKinds,
  sameSource,
} from './baseline'

/**
 * What changed since the last good recovery point: sizes and counts of every artifact, and which tables, told by their
 * fingerprints. With an earlier one from the runner's cache, tables that are gone may be counted and not named.
 */
export function compareWith(previous: Baseline, current: Baseline): ReportedChanges {
  const kept = current.artifacts.map(after => partChange(sameSource(previous, after), after))
  const gone = previous.artifacts
    .filter(before => sameSource(current, before) === undefined)
    .map(before => partChange(before, undefined))
  const tables = tableChanges(previous, current)
  return {
    since: { slot: previous.slot, takenAt: new Date(previous.takenAt) },
    parts: [...kept, ...gone].filter(part => part !== undefined),
    ...(tables === undefined ? {} : { tables }),
  }
}

const greatestAtMost = 10

function partChange(
  before: ArtifactBaseline | undefined,
  after: ArtifactBaseline | undefined,
): PartChange | undefined {
  const known = after ?? before
  if (known === undefined) return undefined
  const was = before === undefined ? undefined : countsOf(before)
  const is = after === undefined ? undefined : countsOf(after)
  return {
    name: known.name,
    state: before === undefined ? 'new' : after === undefined ? 'gone' : 'kept',
    contentBytes: { before: before?.contentBytes, after: after?.contentBytes },
    counts: nouns(known.kind).map((noun, index) => ({ ...noun, before: was?.[index], after: is?.[index] })),
  }
}

function nouns(kind: ArtifactBaseline['kind']): Pick<CountChange, 'one' | 'many'>[] {
  if (kind === 'database') return objectKinds.map(one => ({ one }))
  return [{ one: 'file' }, { one: 'directory', many: 'directories' }, { one: 'symbolic link' }]
}

function countsOf(artifact: ArtifactBaseline): number[] {
  if (artifact.kind === 'database') return objectKinds.map(kind => artifact.counts[kind])
  return [artifact.files, artifact.directories, artifact.links]
}

type NamedTables = DatabaseBaseline & { tables: readonly TableFingerprint[] }

/** Over the databases that both have; one that is new or gone is told as a part. */
function tableChanges(previous: Baseline, current: Baseline): TableChanges | undefined {
  const databases = current.artifacts.filter(artifact => artifact.kind === 'database')
  const pairs = databases.flatMap(after => {
    const before = sameSource(previous, after)
    return before?.kind === 'database' && hasTables(before) && hasTables(after) ? [{ before, after }] : []
  })
  if (pairs.length === 0) return undefined
  const changes: TableChange[] = []
  const counts = { changed: 0, added: 0, gone: 0, unchanged: 0 }
  for (const { before, after } of pairs) {
    const label = (name: string) => (databases.length > 1 ? `${after.database}.${name}` : name)
    const earlier = new Map(before.tables.map(table => [table.name, table]))
    for (const { name, bytes, sha256 } of after.tables) {
      const was = earlier.get(name)
      earlier.delete(name)
      if (was?.sha256 === sha256) {
        counts.unchanged++
        continue
      }
      if (was === undefined) counts.added++
      else counts.changed++
      changes.push({ name: label(name), rows: { before: was?.bytes, after: bytes } })
    }
    for (const { name, bytes } of earlier.values())
      changes.push({ name: label(name), rows: { before: bytes, after: undefined } })
    counts.gone += earlier.size + before.counts.table - before.tables.length
  }
  changes.sort((one, other) => difference(other) - difference(one))
  return { ...counts, greatest: changes.slice(0, greatestAtMost) }
}

function hasTables(database: DatabaseBaseline): database is NamedTables {
  return database.tables !== undefined
}

function difference({ rows: { before = 0, after = 0 } }: TableChange): number {
  return Math.abs(after - before)
}

/** What differs between the last good recovery point and this one. */
export interface ReportedChanges {
  since: { slot: string; takenAt: Date }
  parts: readonly PartChange[]
  /** Undefined when neither names nor fingerprints of the earlier tables are known, or there are no databases. */
  tables?: TableChanges
}

/** One artifact. */
export interface PartChange {
  name: string
  state: 'kept' | 'new' | 'gone'
  /** Of the uncompressed stream. */
  contentBytes: Course
  counts: readonly CountChange[]
}

/** Undefined: there was none, or there is none any more. */
interface Course {
  before: number | undefined
  after: number | undefined
}

export interface CountChange extends Course {
  one: string
  /** Where an s at the end does not do. */
  many?: string
}

export interface TableChanges {
  changed: number
  added: number
  gone: number
  unchanged: number
  /** Those that differ, the greatest difference in bytes first; ten at most. */
  greatest: readonly TableChange[]
}

interface TableChange {
  /** With its database where there are several. */
  name: string
  /** Bytes of its rows in the dump. */
  rows: Course
}
