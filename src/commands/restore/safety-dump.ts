import { isError, onOneLine } from '../../findings/finding'
import { completeObject } from '../../repository/artifact/complete-object'
import type { BegunUpload } from '../../repository/artifact/writer'
import { objectMetadata } from '../../repository/manifest/object-metadata'
import { safetyFolder, safetyKey } from '../../repository/names/safety-key'
import { UserError } from '../../runtime/errors'
import { checkDump } from '../../sources/mysql/check/dump-check'
import type { DumpContent } from '../../sources/mysql/check/dump-content'
import { confirmDump } from '../../sources/mysql/dump/confirm-dump'
import { contentOfDump } from '../../sources/mysql/dump/content-of-dump'
import { dumpArguments } from '../../sources/mysql/dump/dump-arguments'
import { expectedDumpBytes } from '../../sources/mysql/plan/plan-database'
import type { StoredDump } from '../../sources/mysql/restore/import-dump'
import { definerProblems } from '../../sources/mysql/target/check-definers'
import { checkDumpNeeds } from '../../sources/mysql/target/check-dump-needs'
import type { PlannedDatabase } from '../../sources/mysql/target/planned-database'
import { StoreError } from '../../store/store-error'
import { streamArtifact } from '../stream-artifact'
import type { RestoreWork } from './restore-work'

/** What a database held before it was replaced, and where that lies. */
export interface SafetyDump extends StoredDump {
  content: DumpContent
}

const memoryBudgetBytes = 48 * 2 ** 20

/**
 * Dumps a database that is about to be replaced, through the same checks as a backup, and stores it whole before anything is touched.
 * Throws what went wrong; nothing has changed then.
 */
export async function takeSafetyDump(planned: PlannedDatabase, work: RestoreWork): Promise<SafetyDump> {
  const { repository, server, inputs, runtime, state, save, stamp } = work
  const { target, present } = planned
  if (present === undefined) throw new TypeError(`There is no database ${target} to be dumped.`)
  const key = safetyKey(repository.prefix, stamp, target)
  const origin = { slot: safetyFolder, run: runtime.run, startedAt: work.report.startedAt.toISOString() }
  const selection = { excluded: [], structureOnly: [] }
  let upload: BegunUpload | undefined
  try {
    const prepared = await streamArtifact(
      {
        name: target,
        key,
        codecs: ['gzip'],
        check: checkDump({ needs: true }),
        put: { contentType: 'application/octet-stream', metadata: objectMetadata(origin) },
        open: async signal => ({
          job: await server.openDump({
            access: inputs.mysql,
            database: target,
            arguments: dumpArguments({ database: target, selection, extra: [], canIgnoreTableData: true }),
            compression: { kind: 'gzip' },
            signal,
          }),
          expectedBytes: expectedDumpBytes(present),
        }),
      },
      {
        repository,
        clock: runtime.clock,
        signal: work.signal,
        memoryBudgetBytes,
        onUpload: begun => {
          upload = begun
          state.uploads = [{ key, id: begun.uploadId }]
          save()
        },
        onStart: () => {},
        onFinish: () => {},
      },
    )
    await confirmDump(
      { inputs: { mysql: inputs.mysql, compression: { kind: 'gzip' }, dumpOptions: [] }, server },
      { listed: present, selection },
      prepared.content,
    )
    assertPossibleWayBack(planned, prepared.content, work)
    const { version } = await completeObject(repository.store, origin, prepared)
    state.uploads = []
    save()
    return {
      key,
      etag: version.etag,
      bytes: prepared.bytes,
      sha256: prepared.sha256,
      compression: 'gzip',
      content: prepared.content,
    }
  } catch (error) {
    await upload?.abort().catch(() => {})
    if (!(error instanceof StoreError)) throw error
    throw notDumped(target, error)
  }
}

function notDumped(target: string, error: StoreError): UserError {
  return new UserError(
    `The database ${JSON.stringify(target)} could not be dumped into the bucket: ${error.message}`,
    {
      cause: error,
      advice: `${error.advice ?? 'See that the credentials may write there.'} The dump is the way back from the restore; "safety-backup: false" does without.`,
      detail: error.detail,
    },
  )
}

/** A dump that this user could not import is no way back: better known now than with the database gone. */
function assertPossibleWayBack(
  planned: PlannedDatabase,
  content: DumpContent,
  { verdict }: RestoreWork,
): void {
  const { database } = verdict
  const { present, target } = planned
  if (database === undefined || present === undefined || content.needs === undefined) return
  const artifact = { ...planned.artifact, database: target, content: contentOfDump(content, present) }
  const own = { ...planned, artifact }
  const wrong = [
    // What its own tool wrote is nobody else's text.
    ...checkDumpNeeds(own, { ...content.needs, unusual: [] }, database),
    ...definerProblems(own, content.needs, database),
  ].filter(isError)
  const [first] = wrong
  if (first === undefined) return
  throw new UserError(
    `The database ${JSON.stringify(target)} as it is now could not be put back by this user, should the restore fail: ${first.what}`,
    {
      advice: `${onOneLine(first.fix)} Or do without a way back: "safety-backup: false".`,
      detail: wrong.flatMap(({ what, fix = '' }) => [what, `  ${fix}`]),
    },
  )
}
