import { isError } from '../../../findings/finding'
import { codecsOf, decode } from '../../../pipeline/codec'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import { sendAlong } from '../../../server/send-along'
import type { ReadAlong } from '../../along'
import type { DumpContent } from '../check/dump-content'
import type { DumpNeeds } from '../check/needs/dump-needs'
import { passDump } from '../check/pass-dump'
import { checkDumpNeeds } from '../target/check-dump-needs'
import type { PlannedDatabase } from '../target/planned-database'
import { type DatabaseWork, importTools } from './database-work'
import { openDumpImport } from './import/import-dump'
import { beginDatabase } from './import-databases'
import { takeBack } from './rollback/database-rollback'

/**
 * Imports the tables and rows of a dump while it is read for the first time, each statement after it passed the check.
 * Only where no database of this restore holds anything: otherwise all are read before the first is touched. `work`: by
 * what the manifests say. What they do not say and an import must know ends it: then another reading does it.
 */
export async function importAlong<R>(
  artifact: DatabaseArtifact,
  work: DatabaseWork,
  read: ReadAlong<DumpContent, R>,
): Promise<R> {
  const planned = work.databases.find(each => each.artifact.key === artifact.key)
  if (planned === undefined || work.databases.some(({ state }) => state === 'filled')) return read()
  const { runtime, point } = work.context
  const startedMs = runtime.clock.monotonicMs()
  const state = await beginDatabase(planned, work)
  const place = {
    ...{ database: planned.target, content: artifact.content },
    settings: point.manifest.server.database?.settings,
  }
  const opened = await openDumpImport(artifact.database, place, importTools(work))
  const sender = sendAlong(opened.intake)
  const { check, passing } = passDump(needs => isExpected(needs, planned, work), sender.stop)
  const passage = (each: typeof check) => {
    const passed = passing(each)
    return { stages: [...decode(codecsOf(artifact)).stages, ...passed.stages], result: passed.result }
  }
  const result = await read({ check, passage, into: [...opened.stages, sender.stream] })
  const outcome = await sender.outcome
  const importMs = runtime.clock.monotonicMs() - startedMs
  const note = (rows: { objects: Awaited<ReturnType<typeof opened.finish>> } | { failure: unknown }) =>
    work.along.set(planned.target, { state, importMs, rows })
  if (outcome.kind === 'sent') note({ objects: await opened.finish() })
  else {
    const failure = await opened.fail('error' in outcome ? outcome.error : undefined)
    if (outcome.kind === 'failed') note({ failure })
    if (outcome.kind === 'stopped') await takeBack(state, work)
  }
  return result
}

/** Whether a dump that needs this can be imported with the rights that the account of the import has. */
function isExpected(
  needs: DumpNeeds,
  planned: PlannedDatabase,
  { target, settings, databases }: DatabaseWork,
): boolean {
  if (target === undefined) return false
  const names = new Set(databases.map(each => each.target))
  if (needs.references.some(name => !names.has(name))) return false
  return !checkDumpNeeds(planned, needs, target, settings).some(isError)
}
