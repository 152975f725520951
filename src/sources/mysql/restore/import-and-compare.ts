import { type Finding, warning } from '../../../findings/finding'
import { quotedName } from '../../../findings/quoted-name'
import { withProgress } from '../../../pipeline/transfer-progress'
import { plainDigest, type RecordedDigest } from '../../../repository/encryption/recorded-digest'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { RecoveryPoint } from '../../../repository/repository'
import { plural } from '../../../runtime/text/format-count'
import type { HeldObject } from '../check/split/held-object'
import { type Comparison, compareRestored } from './compare/compare-restored'
import { difference } from './compare/difference'
import { dumpAgain } from './compare/dump-again'
import { readValues } from './compare/read-values'
import { importDump, type StoredDump } from './import/import-dump'
import type { ImportTools } from './import/import-tools'
import { type BrokenView, makeEvents, makeRoutines, makeViews, type ObjectTarget } from './import/make-objects'
import type { RereadDatabase } from './reread-database'

export interface ImportRequest {
  dump: StoredDump
  /** Its contents, as its manifest says. */
  content: DatabaseArtifact['content']
  /** How that records digests; absent: as they are. */
  recorded?: RecordedDigest | undefined
  /** Names of its events, from reading it. */
  events: readonly string[]
  target: string
  /** Options of the dump, as its manifest says. */
  options: readonly string[]
  /** Of the server that it comes from, as its manifest says; absent: this one. */
  settings?: Readonly<Record<string, string>> | undefined
  /** The objects of the dump, where its rows are imported already. */
  imported?: readonly HeldObject[] | undefined
}

/** A database whose tables and rows are imported; `objects`: everything else, which is not made yet. */
export interface ImportedRows {
  request: ImportRequest
  objects: readonly HeldObject[]
  /** Views that are left out, since something that they use does not exist; see `makeViews`. */
  brokenViews?: readonly BrokenView[]
}

/** First: tables, rows, and what views may use. */
export async function importRows(
  request: ImportRequest,
  tools: ImportTools,
  title = `database ${request.target}`,
): Promise<ImportedRows> {
  const { dump, target, imported } = request
  const objects =
    imported ??
    (await withProgress(tools.runtime, title, dump.bytes, onProgress =>
      importDump(dump, { database: target, ...request }, tools, onProgress),
    ))
  await makeRoutines(objects, objectTarget(request), tools)
  return { request, objects }
}

/** The same for a dump of a recovery point that was read before. `imported`: its objects, where its rows are already. */
export async function importRead(
  { artifact, content }: RereadDatabase,
  target: string,
  point: RecoveryPoint,
  tools: ImportTools,
  imported?: readonly HeldObject[],
): Promise<ImportedRows> {
  const { manifest, recorded } = point
  const request = {
    recorded,
    ...{ dump: artifact, content: artifact.content, events: content.events, target, imported },
    options: manifest.server.database?.options ?? [],
    settings: manifest.server.database?.settings,
  }
  const rows = await importRows(request, tools)
  tools.runtime.log.info(`The rows of ${JSON.stringify(target)} are imported.`)
  return rows
}

/**
 * Second, when the rows of all databases are imported: a view may use tables of another one. Views that use something
 * that does not exist are left out, noted in `rows`, so that they are not missed, and returned.
 */
export async function makeUsableViews(rows: ImportedRows, tools: ImportTools): Promise<readonly BrokenView[]> {
  const broken = await makeViews(rows.objects, objectTarget(rows.request), tools)
  rows.brokenViews = broken
  return broken
}

function objectTarget({ dump, target, content }: ImportRequest): ObjectTarget {
  return { database: target, from: dump.database, defaults: content, definers: content.definers ?? [] }
}

/** What came of a comparison; `warnings`: beside the differences. */
export interface ImportedComparison extends Comparison {
  warnings: readonly Finding[]
}

/**
 * Third, when all views exist: dumps the database again and compares both dumps. Its events are made after that, since
 * they may change rows; not where there are differences, unless it is kept with them. Throws when a step failed.
 */
export async function compareImported(
  rows: ImportedRows,
  tools: ImportTools,
  { keepsDifferences = false } = {},
): Promise<ImportedComparison> {
  const { request, objects, brokenViews = [] } = rows
  const { dump, target, options, recorded = plainDigest } = request
  const { repository, signal } = tools
  const content = withoutEvents(withoutViews(request.content, brokenViews))
  const title = `comparing ${target}`
  const comparison = await withProgress(tools.runtime, title, request.content.bytes, async onProgress => {
    const { flavor } = tools.target.found.inventory.server
    const again = { ...tools, database: target, flavor, options, onProgress }
    return compareRestored({
      ...{ content, recorded },
      restored: await dumpAgain(again),
      values: {
        stored: values => readValues(repository, dump, values, signal),
        restored: values => dumpAgain({ ...again, values }),
      },
    })
  })
  const isDone = comparison.differences.length > 0 && !keepsDifferences
  if (isDone || request.events.length === 0) return { ...comparison, warnings: [] }
  await makeEvents(objects, objectTarget(request), tools)
  return withEvents(comparison, request.events, await eventsOf(target, tools), objects)
}

function withoutViews(
  content: DatabaseArtifact['content'],
  broken: readonly BrokenView[],
): DatabaseArtifact['content'] {
  const names = new Set(broken.map(({ name }) => name))
  const { objects } = content
  if (names.size === 0) return content
  const views = content.views - names.size
  if (objects === undefined) return { ...content, views }
  return { ...content, views, objects: { ...objects, views: objects.views.filter(view => !names.has(view)) } }
}

function withoutEvents(content: DatabaseArtifact['content']): DatabaseArtifact['content'] {
  const { objects } = content
  return { ...content, events: 0, ...(objects === undefined ? {} : { objects: { ...objects, events: [] } }) }
}

async function eventsOf(database: string, { server, access }: ImportTools): Promise<readonly string[]> {
  const { inventory } = await server.inventory({ access, databases: [database] })
  return inventory.databases.find(({ name }) => name === database)?.events ?? []
}

/** Names of events are not case-sensitive. `objects`: of the dump. */
function withEvents(
  comparison: Comparison,
  expected: readonly string[],
  found: readonly string[],
  objects: readonly HeldObject[],
): ImportedComparison {
  const there = new Set(found.map(name => name.toLowerCase()))
  const absent = expected.filter(name => !there.has(name.toLowerCase()))
  const over = objects.filter(mayBeOver).map(({ name }) => name.toLowerCase())
  const missing = absent.filter(name => !over.includes(name.toLowerCase()))
  const gone = missing.map(name => difference(`event ${quotedName(name)} is missing`))
  const warnings = absent.map(name =>
    warning(
      'event-over',
      `The event ${JSON.stringify(name)} was for a time that has passed: the server does not keep such an event.`,
    ),
  )
  const kept = expected.length - absent.length
  return {
    differences: [...comparison.differences, ...gone],
    proof: kept === 0 ? comparison.proof : `${comparison.proof}, ${plural(kept, 'event')}`,
    warnings,
  }
}

/** An event that has ended: the server creates it and drops it at once (note 1588). */
function mayBeOver({ kind, rest }: HeldObject): boolean {
  const schedule = rest.toString('latin1', 0, 1_000)
  return kind === 'event' && /^ ON SCHEDULE (?:AT |EVERY .{0,300}? ENDS )/is.test(schedule)
}
