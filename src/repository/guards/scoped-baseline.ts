import { type Finding, warning } from '../../findings/finding'
import type { ArtifactBaseline, Baseline, DatabaseBaseline, ObjectKind } from './baseline'
import { foldOf } from './shrink'

/** What the inputs of this run ask for, as far as an earlier recovery point may hold more. */
export interface RequestedScope {
  databases: 'all' | readonly string[]
  paths: readonly string[]
  /** What the inputs leave out of a database of this run; undefined for one that this run does not have. */
  leftOut(database: string): LeftOut | undefined
}

interface LeftOut {
  /** Tables, views and sequences that stay out whole. */
  tables: ReadonlySet<string>
  /** Tables that come without their rows. */
  rows: ReadonlySet<string>
  triggers: ReadonlySet<string>
}

/**
 * The last good recovery point without what the workflow no longer asks for: a database or a folder that its lists do not name any
 * more, tables that it excludes now. Somebody wrote that down, so it is a change to be told, and no loss to be suspected. With
 * `databases: "*"` nobody did, so a database that is gone stays in.
 */
export function scopedBaseline(
  baseline: Baseline,
  asked: RequestedScope,
): { baseline: Baseline; warnings: Finding[] } {
  const dropped: string[] = []
  const artifacts = baseline.artifacts.flatMap((artifact): ArtifactBaseline[] => {
    const reason = droppedPart(artifact, asked)
    if (reason !== undefined) {
      dropped.push(reason)
      return []
    }
    if (artifact.kind !== 'database' || artifact.database === undefined) return [artifact]
    const leftOut = asked.leftOut(artifact.database)
    return [leftOut === undefined ? artifact : without(artifact, leftOut)]
  })
  const warnings = dropped.map(what =>
    warning(
      'part-dropped',
      `The last good recovery point, ${baseline.slot} taken ${baseline.takenAt}, has ${what}, which the workflow no longer asks for. Within a week the ring forgets it.`,
    ),
  )
  return { baseline: { ...baseline, artifacts }, warnings }
}

function droppedPart(artifact: ArtifactBaseline, { databases, paths }: RequestedScope): string | undefined {
  if (artifact.kind === 'database') {
    if (databases === 'all' || artifact.database === undefined) return undefined
    return databases.includes(artifact.database)
      ? undefined
      : `the database ${JSON.stringify(artifact.database)}`
  }
  if (paths.length === 0) return 'files'
  const gone =
    artifact.paths?.filter(path => !paths.some(kept => path === kept || path.startsWith(`${kept}/`))) ?? []
  return gone.length === 0 ? undefined : `the folders ${gone.join(', ')}`
}

function without(
  database: DatabaseBaseline,
  { tables: excluded, rows, triggers }: LeftOut,
): DatabaseBaseline {
  const tables = database.tables?.filter(({ name }) => !excluded.has(name))
  const kept = new Set(tables?.filter(({ name }) => !rows.has(name)))
  const leftBytes = (database.tables ?? [])
    .filter(table => !kept.has(table))
    .reduce((sum, { bytes }) => sum + bytes, 0)
  const isLeftOut: Partial<Record<ObjectKind, ReadonlySet<string>>> = { view: excluded, trigger: triggers }
  const names = { ...database.names }
  const counts = {
    ...database.counts,
    table: database.counts.table - ((database.tables?.length ?? 0) - (tables?.length ?? 0)),
  }
  for (const kind of ['view', 'trigger'] as const) {
    const known = database.names[kind]
    if (known === undefined) continue
    const fold = foldOf(kind)
    const out = new Set([...(isLeftOut[kind] ?? [])].map(fold))
    const left = known.filter(name => !out.has(fold(name)))
    names[kind] = left
    counts[kind] -= known.length - left.length
  }
  return {
    ...database,
    contentBytes: database.contentBytes - leftBytes,
    counts,
    names,
    ...(tables === undefined
      ? {}
      : { tables: tables.map(table => (kept.has(table) ? table : { ...table, bytes: 0 })) }),
  }
}
