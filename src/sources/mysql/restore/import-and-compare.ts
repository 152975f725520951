import { warning } from '../../../findings/finding'
import { withProgress } from '../../../pipeline/transfer-progress'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { RecoveryPoint } from '../../../repository/repository'
import type { Runtime } from '../../../runtime/runtime'
import { plural } from '../../../runtime/text/format-count'
import type { WithheldSql } from '../check/events/events-last'
import type { DatabaseServer } from '../database-server'
import type { Inventory } from '../inventory/inventory'
import { type Comparison, compareRestored, type RestoredRequest } from './compare-restored'
import { dumpAgain } from './dump-again'
import { type ImportContext, importDump, importWithheld, type StoredDump } from './import-dump'
import { type RereadDatabase, rereadLayoutFree } from './reread-database'
import { type RowFormat, rowFormatOf } from './row-format'

export interface ImportRequest {
  dump: StoredDump
  /** Its contents, as its manifest says. */
  content: DatabaseArtifact['content']
  /** Names of its events, from reading it. */
  events: readonly string[]
  target: string
  /** Options of the dump, as its manifest says. */
  options: readonly string[]
  rowFormat: RowFormat
  /** Reads the stored dump once more, with rows that do not depend on the layout of a dump. */
  readLayoutFree: RestoredRequest['layoutFree']['stored']
}

export interface ImportTools extends Omit<ImportContext, 'onProgress'> {
  runtime: Runtime
  server: Pick<DatabaseServer, 'openImport' | 'openDump' | 'inventory'>
}

/** A database whose rows are imported; its views are still placeholders, and it has no events. */
export interface ImportedRows {
  request: ImportRequest
  withheld: WithheldSql
  /** Views that are left out, since something that they use does not exist; see `make-views-one-by-one.ts`. */
  brokenViews?: readonly BrokenView[]
}

/** First: everything but the final forms of views, and events. */
export async function importRows(
  request: ImportRequest,
  tools: ImportTools,
  title = `database ${request.target}`,
): Promise<ImportedRows> {
  const { dump, target } = request
  const withheld = await withProgress(tools.runtime, title, dump.bytes, onProgress =>
    importDump(dump, target, { ...tools, onProgress }),
  )
  return { request, withheld }
}

/** The same for a dump of a recovery point that was read before. `inventory`: of the server to which it is restored. */
export async function importRead(
  { artifact, content }: RereadDatabase,
  target: string,
  point: RecoveryPoint,
  inventory: Inventory | undefined,
  tools: ImportTools,
): Promise<ImportedRows> {
  const { manifest } = point
  const request = {
    ...{ dump: artifact, content: artifact.content, events: content.events, target },
    options: manifest.server.database?.options ?? [],
    rowFormat: rowFormatOf(manifest, inventory),
    readLayoutFree: () => rereadLayoutFree(point, artifact, tools.signal),
  }
  const rows = await importRows(request, tools)
  tools.runtime.log.info(`The rows of ${JSON.stringify(target)} are imported.`)
  return rows
}

/** Second, when the rows of all databases are imported: a view may use tables of another one. */
export async function makeViews({ request, withheld }: ImportedRows, tools: ImportTools): Promise<void> {
  await importWithheld(withheld.views, 'the views', request.target, tools)
}

/**
 * Third, when all views exist: dumps the database again and compares both dumps. Its events are created after that,
 * since they may change rows. Differences are in the result; throws when a step failed.
 */
export async function compareImported(
  { request, withheld, brokenViews = [] }: ImportedRows,
  tools: ImportTools,
): Promise<Comparison> {
  const { target, options, rowFormat, readLayoutFree } = request
  const content = withoutViews(request.content, brokenViews)
  const title = `comparing ${target}`
  const comparison = await withProgress(tools.runtime, title, request.content.bytes, async onProgress => {
    const again = { ...tools, database: target, options, onProgress }
    return compareRestored({
      content: withoutEvents(content),
      restored: await dumpAgain(again),
      rowFormat,
      layoutFree: { stored: readLayoutFree, restored: () => dumpAgain({ ...again, rows: 'layout-free' }) },
    })
  })
  if (comparison.differences.length > 0 || request.events.length === 0) return comparison
  await importWithheld(withheld.events, 'the events', target, tools)
  return withEvents(comparison, request.events, await eventsOf(target, tools), withheld.events.toString('utf8'))
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

/** Names of events are not case-sensitive. `sql`: created them. */
function withEvents(
  comparison: Comparison,
  expected: readonly string[],
  found: readonly string[],
  sql: string,
): Comparison {
  const there = new Set(found.map(name => name.toLowerCase()))
  const absent = expected.filter(name => !there.has(name.toLowerCase()))
  const missing = absent.filter(name => !mayBeOver(name, sql))
  if (missing.length > 0) {
    return { ...comparison, differences: missing.map(name => `event ${JSON.stringify(name)} is missing`) }
  }
  const warnings = absent.map(name =>
    warning(
      'event-over',
      `The event ${JSON.stringify(name)} was for a time that has passed: the server does not keep such an event.`,
    ),
  )
  const kept = expected.length - absent.length
  return {
    ...comparison,
    proof: kept === 0 ? comparison.proof : `${comparison.proof}, ${plural(kept, 'event')}`,
    warnings: [...comparison.warnings, ...warnings],
  }
}

/** An event that has ended: the server creates it and drops it at once (note 1588). */
function mayBeOver(name: string, sql: string): boolean {
  const at = sql.indexOf(`EVENT \`${name.replaceAll('`', '``')}\` `)
  if (at < 0) return false
  return /^EVENT `(?:[^`]|``)*` ON SCHEDULE (?:AT |EVERY .{0,300}? ENDS )/is.test(sql.slice(at, at + 1_000))
}

/** A view that could not be created, since something that it uses does not exist. */
export interface BrokenView {
  name: string
  message: string
}
