import type { BackupInputs } from '../inputs/backup'
import type { RunReport } from '../report/run-report'
import type { Runtime, Warning } from '../runtime/runtime'
import type { Findings } from '../server/parse-inventory'
import { writeBucketReadme } from '../snapshot/bucket-readme'
import type { PreparedManifest } from '../snapshot/intend'
import { objectMetadata } from '../snapshot/object-metadata'
import { type Published, publish } from '../snapshot/publish'
import { PublishError } from '../snapshot/publish-error'
import { slotName } from '../snapshot/slot'
import type { Survey } from '../snapshot/survey'
import type { Store } from '../store/store'
import { describeFindings } from './describe-findings'
import { describeRecoveryPoint } from './describe-recovery-point'
import { type BackupPlan, planBackup } from './plan-backup'
import { type Prepared, prepare } from './prepare'
import { reportPublished } from './report-published'
import { type Connect, type LockIdentity, lockIdentity, openSession, type Session } from './session'
import { settleEarlierRuns } from './settle-earlier-runs'
import { streamProgress } from './stream-progress'
import { type UnfinishedRun, unfinishedRun } from './unfinished-run'

/** What a command needs of the world; tests pass their own. */
export interface BackupTools {
  runtime: Runtime
  store: Store
  connect: Connect
}

/**
 * Takes one recovery point and stores it: connect, settle what an earlier run left, look, stream everything, decide, commit.
 * `report` is filled as it goes, so that a failed run can tell how far it came. Throws what went wrong; nothing that was
 * good before has changed then, unless the error says otherwise.
 */
export async function backup(inputs: BackupInputs, tools: BackupTools, report: RunReport): Promise<void> {
  const { runtime, store } = tools
  const step = phases(runtime, report)
  const note = (warnings: readonly Warning[]) => {
    report.warnings = [...report.warnings, ...warnings]
  }
  const slot = slotName(inputs.rotation, report.startedAt, inputs.timezone)
  report.slot = slot
  const identity = lockIdentity(store.name, inputs.s3.prefix, runtime)
  const session = await step('Connect', () => openSession(inputs, identity, tools))
  try {
    const { survey, warnings } = await step('Look into the bucket', () =>
      settleEarlierRuns(inputs.s3.prefix, slot, tools),
    )
    note(warnings)
    const { findings, plan } = await step('Look at the server', () =>
      lookAtServer(inputs, tools, session, slot),
    )
    note(plan.warnings)
    if (findings.inventory !== undefined) report.database = findings.inventory.server
    const run = unfinishedRun(runtime, slot, identity)
    const prepared = await step('Stream', () =>
      streamAll(inputs, tools, { plan, session, identity, survey, run, slot, report }),
    )
    note(prepared.warnings)
    const manifest = describeRecoveryPoint(inputs, { runtime, report, slot, plan, findings, prepared })
    report.isCommitting = true
    const published = await step('Publish', () => publishRun(inputs, tools, manifest, run))
    note(published.warnings)
    note(await writeReadme(inputs, store))
    reportPublished(report, {
      manifest: published.manifest,
      prefix: inputs.s3.prefix,
      prepared,
      previous: await survey.newestGood(),
    })
  } finally {
    await session.close()
  }
}

async function lookAtServer(
  inputs: BackupInputs,
  { runtime }: BackupTools,
  { server }: Session,
  slot: string,
): Promise<{ findings: Findings; plan: BackupPlan }> {
  const findings = await server.survey({
    access: inputs.mysql,
    databases: inputs.databases,
    paths: inputs.files.paths,
    compression: inputs.compression.kind,
    dumpOptions: inputs.dumpOptions,
  })
  for (const line of describeFindings(findings)) runtime.log.info(line)
  return { findings, plan: planBackup(inputs, slot, findings) }
}

/** What runs beside one another may hold so much in parts: two streams of 48 MB. */
const memoryBudgetBytes = 48 * 2 ** 20

async function streamAll(
  inputs: BackupInputs,
  { runtime, store }: BackupTools,
  run: {
    plan: BackupPlan
    session: Session
    identity: LockIdentity
    survey: Survey
    run: UnfinishedRun
    slot: string
    report: RunReport
  },
): Promise<Prepared> {
  const { plan, session, report } = run
  const lastSizes = await run.survey.lastSizes()
  const origin = { slot: run.slot, run: runtime.run, startedAt: report.startedAt.toISOString() }
  const progress = streamProgress(runtime, plan)
  try {
    return await prepare(
      {
        inputs,
        plan,
        server: session.server,
        owner: run.identity.owner,
        put: { contentType: 'application/octet-stream', metadata: objectMetadata(origin) },
        lastBytes: name => lastSizes.get(name),
      },
      {
        store,
        clock: runtime.clock,
        signal: session.signal,
        memoryBudgetBytes,
        onUpload: (writer, key) => run.run.hasUpload(writer, key),
        onStart: (name, inspection) => progress.started(name, inspection),
        onFinish: name => progress.finished(name),
      },
    )
  } catch (error) {
    await run.run.abort()
    throw error
  } finally {
    progress.stop()
  }
}

/** From here on the uploads belong to the commit, and being cancelled no longer stops it: it takes a moment, and half of it is worse. */
async function publishRun(
  { s3 }: BackupInputs,
  { runtime, store }: BackupTools,
  manifest: PreparedManifest,
  run: UnfinishedRun,
): Promise<Published> {
  run.isPublishing()
  try {
    const published = await publish({
      store,
      prefix: s3.prefix,
      manifest,
      clock: runtime.clock,
      log: runtime.log,
    })
    run.isClean()
    return published
  } catch (error) {
    if (error instanceof PublishError && !error.isUnfinished) run.isClean()
    throw error
  }
}

async function writeReadme(inputs: BackupInputs, store: Store): Promise<Warning[]> {
  const { bucket, prefix, region, endpoint } = inputs.s3
  return writeBucketReadme(store, {
    storeName: store.name,
    bucket,
    prefix,
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
  })
}

/** Runs a step in a group of the log and notes how long it took. */
function phases(
  { log, clock }: Runtime,
  report: RunReport,
): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  return async (name, work) => {
    const startedMs = clock.monotonicMs()
    try {
      return await log.group(name, work)
    } finally {
      report.phases = [...report.phases, { name, durationMs: clock.monotonicMs() - startedMs }]
    }
  }
}
