import { warning } from '../../../findings/finding'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { plural } from '../../../runtime/text/format-count'
import type { WithheldSql } from '../check/events/events-last'
import type { DatabaseServer } from '../database-server'
import { type Comparison, compareRestored, type RestoredRequest } from './compare-restored'
import { dumpAgain } from './dump-again'
import { type ImportContext, importDump, importWithheld, type StoredDump } from './import-dump'
import type { RowFormat } from './row-format'

export interface ImportRequest {
  dump: StoredDump
  /** What it holds, as its manifest says. */
  content: DatabaseArtifact['content']
  /** Names of its events, from reading it. */
  events: readonly string[]
  target: string
  /** Those of the dump, as its manifest has them. */
  options: readonly string[]
  rowFormat: RowFormat
  /** Reads the stored dump once more, with rows that do not depend on the layout of a dump. */
  readLayoutFree: RestoredRequest['layoutFree']['stored']
}

export interface ImportTools extends Omit<ImportContext, 'server'> {
  server: Pick<DatabaseServer, 'openImport' | 'openDump' | 'inventory'>
  /** Told how many bytes the comparison has seen. */
  onCompare?: (bytes: number) => void
}

/** A database whose rows are in; its views are placeholders yet, and it has no events. */
export interface ImportedRows {
  request: ImportRequest
  withheld: WithheldSql
  /** Views that stand on what is not there, and are left out; see `make-views-one-by-one.ts`. */
  brokenViews?: readonly BrokenView[]
}

/** First: everything but the final forms of views, and events. Throws what went wrong. */
export async function importRows(request: ImportRequest, tools: ImportTools): Promise<ImportedRows> {
  return { request, withheld: await importDump(request.dump, request.target, tools) }
}

/**
 * Second, when the rows of all databases are in that belong together: a view may stand on tables of another one. Throws
 * what went wrong.
 */
export async function makeViews({ request, withheld }: ImportedRows, tools: ImportTools): Promise<void> {
  await importWithheld(withheld.views, 'the views', request.target, tools)
}

/**
 * Third, when all views are there: dumps the database again, and compares both dumps. Its events are made after that,
 * when nothing that they may change is compared any more. Throws when something could not be done; what differs is in
 * the comparison.
 */
export async function compareImported(
  { request, withheld, brokenViews = [] }: ImportedRows,
  tools: ImportTools,
): Promise<Comparison> {
  const { target, options, rowFormat, readLayoutFree } = request
  const content = withoutViews(request.content, brokenViews)
  const again = {
    server: tools.server,
    access: tools.access,
    database: target,
    options,
    hasGzip: tools.hasGzip,
    signal: tools.signal,
    ...(tools.onCompare === undefined ? {} : { onProgress: tools.onCompare }),
  }
  const comparison = await compareRestored({
    content: withoutEvents(content),
    restored: await dumpAgain(again),
    rowFormat,
    layoutFree: { stored: readLayoutFree, restored: () => dumpAgain({ ...again, rows: 'layout-free' }) },
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

/** Names of events have no letter case. `sql`: what made them. */
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
    const differences = missing.map(name => `event ${JSON.stringify(name)} is missing`)
    return { ...comparison, differences }
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

/** One with an end, whose time has come: the server makes it and takes it away at once (note 1588). */
function mayBeOver(name: string, sql: string): boolean {
  const at = sql.indexOf(`EVENT \`${name.replaceAll('`', '``')}\` `)
  if (at < 0) return false
  return /^EVENT `(?:[^`]|``)*` ON SCHEDULE (?:AT |EVERY .{0,300}? ENDS )/is.test(sql.slice(at, at + 1_000))
}

/** A view that could not be made, since something that it stands on is not there. */
export interface BrokenView {
  name: string
  message: string
}
