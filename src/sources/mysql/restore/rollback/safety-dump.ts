import { type Finding, isError, onOneLine } from '../../../../findings/finding'
import { encodedBy } from '../../../../pipeline/codec'
import { completeObject } from '../../../../repository/artifact/complete-object'
import type { BegunUpload } from '../../../../repository/artifact/writer'
import { objectMetadata } from '../../../../repository/manifest/object-metadata'
import { safetyFolder, safetyKey } from '../../../../repository/names/safety-key'
import { UserError } from '../../../../runtime/errors'
import { StoreError } from '../../../../store/store-error'
import { streamArtifact } from '../../../stream-artifact'
import { checkDump } from '../../check/dump-check'
import type { DumpContent } from '../../check/dump-content'
import { confirmDump } from '../../dump/confirm-dump'
import { contentOfDump } from '../../dump/content-of-dump'
import { dumpArguments } from '../../dump/dump-arguments'
import { planHistory } from '../../dump/plan-history'
import type { DatabaseInventory } from '../../inventory/inventory'
import { expectedDumpBytes } from '../../plan/plan-database'
import { definerProblems } from '../../target/check-definers'
import { checkDumpNeeds } from '../../target/check-dump-needs'
import type { PlannedDatabase } from '../../target/planned-database'
import { type DatabaseWork, type SafetyDump, serverOf } from '../database-work'

const memoryBudgetBytes = 48 * 2 ** 20

/**
 * Dumps a database that is about to be replaced, with the checks of a backup, and stores it completely before anything
 * is changed.
 */
export async function takeSafetyDump(planned: PlannedDatabase, work: DatabaseWork): Promise<SafetyDump> {
  const { context, settings, state } = work
  const { repository, runtime, signal } = context
  const access = settings.mysql
  const flavor = work.target?.found.inventory.server.flavor ?? 'mariadb'
  const server = serverOf(work)
  const { target, present } = planned
  if (present === undefined) throw new TypeError(`There is no database ${target} to dump.`)
  const encoded = encodedBy({ kind: 'gzip' }, repository.encryption?.recipients ?? [])
  const key = safetyKey(repository.prefix, context.stamp, target, encoded)
  const origin = { slot: safetyFolder, run: runtime.run, startedAt: context.startedAt.toISOString() }
  const selection = { excluded: [], structureOnly: [] }
  const canDump = work.target?.found.canDumpHistory === true
  const history = await planHistory(server, { access, databases: [present], canDump, signal })
  context.warn(history.findings)
  let upload: BegunUpload | undefined
  try {
    const prepared = await streamArtifact(
      {
        name: target,
        key,
        codecs: ['gzip'],
        check: checkDump({ needs: true }),
        put: { contentType: 'application/octet-stream', metadata: objectMetadata(origin) },
        open: async streamSignal => ({
          job: await server.openDump({
            ...{ access, database: target, flavor, compression: { kind: 'gzip' }, signal: streamSignal },
            arguments: dumpArguments({ database: target, selection, extra: history.options, canIgnoreTableData: true }),
          }),
          expectedBytes: expectedDumpBytes(present),
        }),
      },
      {
        ...{ repository, clock: runtime.clock, signal, memoryBudgetBytes },
        onUpload: begun => {
          upload = begun
          state.uploads = [{ key, id: begun.uploadId }]
          context.save()
        },
        onStart: () => {},
        onFinish: () => {},
      },
    )
    await confirmDump(
      { server, access, signal },
      { listed: present, selection, hasNoTriggers: false },
      prepared.content,
    )
    assertImportable(planned, prepared.content, work)
    const { version } = await completeObject(repository.store, origin, prepared)
    state.uploads = []
    context.save()
    const { bytes, sha256, content } = prepared
    return {
      key,
      etag: version.etag,
      database: target,
      options: history.options,
      bytes,
      sha256,
      compression: 'gzip',
      content,
      described: contentOf(content, present, work),
    }
  } catch (error) {
    await upload?.abort().catch(() => {})
    throw error instanceof StoreError ? notDumped(target, error) : error
  }
}

function notDumped(target: string, error: StoreError): UserError {
  return new UserError(`The database ${JSON.stringify(target)} could not be dumped into the bucket: ${error.message}`, {
    cause: error,
    advice: `${error.advice ?? 'Check that the credentials may write there.'} The rollback needs the dump; "safety-backup: false" restores without it.`,
    detail: error.detail,
  })
}

/** A dump that this user cannot import is useless for a rollback: refused before the database is dropped. */
function assertImportable(planned: PlannedDatabase, content: DumpContent, work: DatabaseWork): void {
  const { target: server, context } = work
  const { present, target } = planned
  if (server === undefined || present === undefined || content.needs === undefined) return
  const artifact = { ...planned.artifact, database: target, content: contentOf(content, present, work) }
  const own = { ...planned, artifact }
  const found = [
    // This dump was written by this server's own tool.
    ...checkDumpNeeds(own, { ...content.needs, unusual: [] }, server),
    ...definerProblems(own, content.needs, server),
  ]
  context.warn(found.filter(({ code }) => code === 'definers-replaced').map(ifRolledBack))
  const wrong = found.filter(isError)
  const [first] = wrong
  if (first === undefined) return
  throw new UserError(
    `The database ${JSON.stringify(target)} as it is now could not be restored by this user if the restore failed: ${first.what}`,
    {
      advice: `${onOneLine(first.fix)} Or restore without a rollback: "safety-backup: false".`,
      detail: wrong.flatMap(({ what, fix = '' }) => [what, `  ${fix}`]),
    },
  )
}

function contentOf(content: DumpContent, present: DatabaseInventory, { target }: DatabaseWork) {
  if (target === undefined) throw new TypeError('Without a database server there is nothing to dump.')
  return contentOfDump(content, present, target.found.inventory.server)
}

function ifRolledBack(finding: Finding): Finding {
  return { ...finding, code: 'definers-not-rolled-back', what: `Should this restore be rolled back: ${finding.what}` }
}
