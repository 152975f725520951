import type { ArtifactBaseline } from '../../../repository/guards/baseline'
import type { ScopedArtifact } from '../../../repository/guards/scoped-baseline'
import { defined } from '../../../runtime/defined'

/** The databases that this run backs up, and what it leaves out of them. */
export interface RequestedDatabases {
  databases: 'all' | readonly string[]
  exceptDatabases: readonly string[]
  /** Undefined for a database that is not in this run. */
  leftOut(database: string): LeftOut | undefined
}

interface LeftOut {
  /** Tables, views and sequences that are left out completely. */
  tables: ReadonlySet<string>
  /** Tables without their rows. */
  rows: ReadonlySet<string>
  triggers: ReadonlySet<string>
}

/**
 * The part of a database in the baseline that this run still requests. With `databases: "*"` a database that no longer
 * exists stays, so that it is reported as missing.
 */
export function scopeDatabase(
  before: ArtifactBaseline,
  { databases, exceptDatabases, leftOut }: RequestedDatabases,
): ScopedArtifact {
  const { source } = before
  if (source === undefined) return { kept: before }
  if (databases === 'all' ? exceptDatabases.includes(source) : !databases.includes(source))
    return { kept: undefined, dropped: `the database ${JSON.stringify(source)}`, isGone: true }
  const out = leftOut(source)
  return { kept: out === undefined ? before : without(before, out) }
}

function without(before: ArtifactBaseline, { tables, rows, triggers }: LeftOut): ArtifactBaseline {
  // Names of triggers ignore case on the server, those of tables and views do not.
  const leftOutTriggers = new Set([...triggers].map(name => name.toLowerCase()))
  const parts = before.parts
    ?.filter(({ name }) => !tables.has(name))
    .map(part => (rows.has(part.name) ? { ...part, bytes: 0 } : part))
  const view = before.names['view']?.filter(name => !tables.has(name))
  const trigger = before.names['trigger']?.filter(name => !leftOutTriggers.has(name.toLowerCase()))
  const lost = new Map([
    ['table', lengthOf(before.parts) - lengthOf(parts)],
    ['view', lengthOf(before.names['view']) - lengthOf(view)],
    ['trigger', lengthOf(before.names['trigger']) - lengthOf(trigger)],
  ])
  const counts = Object.entries(before.counts).map(([one, count]) => [one, count - (lost.get(one) ?? 0)] as const)
  return {
    ...before,
    contentBytes: before.contentBytes - (bytesOf(before.parts) - bytesOf(parts)),
    counts: Object.fromEntries(counts),
    names: { ...before.names, ...defined({ view, trigger }) },
    ...defined({ parts }),
  }
}

function lengthOf(list: readonly unknown[] = []): number {
  return list.length
}

function bytesOf(parts: ArtifactBaseline['parts'] = []): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0)
}
