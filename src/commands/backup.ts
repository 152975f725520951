import type { BackupInputs } from '../inputs/backup'
import type { RunReport } from '../report/run-report'
import type { Runtime, Warning } from '../runtime/runtime'
import { writeBucketReadme } from '../snapshot/bucket-readme'
import type { PreparedManifest } from '../snapshot/intend'
import { abortLeftovers } from '../snapshot/leftovers'
import { objectMetadata } from '../snapshot/object-metadata'
import { type Published, publish } from '../snapshot/publish'
import { PublishError } from '../snapshot/publish-error'
import { recoverSlot } from '../snapshot/recover'
import { slotName } from '../snapshot/slot'
import { type Survey, surveyPrefix } from '../snapshot/survey'
import type { MultipartWriter } from '../store/multipart-writer'
import type { Store } from '../store/store'
import { type BackupState, saveBackupState } from './backup-state'
import { describeRecoveryPoint } from './describe-recovery-point'
import { type BackupPlan, planBackup } from './plan-backup'
import { type Prepared, prepare } from './prepare'
import { reportPublished } from './report-published'
import { type Connect, type LockIdentity, lockIdentity, openSession, type Session } from './session'
import { abortUploads } from './stream-artifact'
import { streamProgress } from './stream-progress'

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
  const slot = slotName(inputs.rotation, report.startedAt, inputs.timezone)
  report.slot = slot
  const identity = lockIdentity(store.name, inputs.s3.prefix, runtime)
  const session = await step('Connect', () => openSession(inputs, identity, tools))
  try {
    const survey = await step('Look into the bucket', () => settleEarlierRuns(inputs, tools, slot, report))
    const { findings, plan } = await step('Look at the server', () =>
      lookAtServer(inputs, session, slot, report),
    )
    report.warnings = [...report.warnings, ...plan.warnings]
    const run = new UnfinishedRun(runtime, slot, identity)
    const prepared = await step('Stream', () =>
      streamAll(inputs, tools, { plan, session, identity, survey, run, slot, report }),
    )
    report.warnings = [...report.warnings, ...prepared.warnings]
    const manifest = describeRecoveryPoint(inputs, { runtime, report, slot, plan, findings, prepared })
    report.isCommitting = true
    const published = await step('Publish', () => publishRun(inputs, tools, manifest, run))
    report.warnings = [...report.warnings, ...published.warnings]
    report.warnings = [...report.warnings, ...(await writeReadme(inputs, store))]
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

/** Finishes or undoes what a run that died left behind, and drops its uploads. Held under the lock of the prefix. */
async function settleEarlierRuns(
  inputs: BackupInputs,
  { runtime, store }: BackupTools,
  slot: string,
  report: RunReport,
): Promise<Survey> {
  const { prefix } = inputs.s3
  const { log, clock } = runtime
  let survey = await surveyPrefix(store, prefix)
  const warnings: Warning[] = [...survey.warnings]
  const unfinished = await survey.unfinished()
  for (const left of unfinished) {
    const recovery = await recoverSlot({ store, prefix, slot: left, clock })
    log.info(`Slot ${left} was left unfinished by an earlier run: ${recovery.outcome}.`)
    warnings.push(...recovery.warnings)
  }
  if (unfinished.length > 0) survey = await surveyPrefix(store, prefix)
  const leftovers = await abortLeftovers(store, prefix, {
    slotBeingWritten: slot,
    keepUploadIds: new Set(),
    now: clock.now(),
  })
  for (const upload of leftovers.aborted)
    log.info(`Dropped an unfinished upload of an earlier run: ${upload.key}.`)
  warnings.push(...leftovers.warnings)
  report.warnings = [...report.warnings, ...warnings]
  const last = await survey.newestGood()
  log.info(
    last === undefined
      ? 'No recovery point is stored here yet.'
      : `The last good recovery point: ${last.slot}, taken ${last.startedAt}.`,
  )
  return survey
}

async function lookAtServer(inputs: BackupInputs, { server }: Session, slot: string, report: RunReport) {
  const findings = await server.survey({
    access: inputs.mysql,
    databases: inputs.databases,
    paths: inputs.files.paths,
    compression: inputs.compression.kind,
    dumpOptions: inputs.dumpOptions,
  })
  const plan = planBackup(inputs, slot, findings)
  if (findings.inventory !== undefined) report.database = findings.inventory.server
  return { findings, plan }
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

/** What this run has begun in the store, kept in the action's state so that a post step can finish or drop it. */
class UnfinishedRun {
  readonly #runtime: Runtime
  readonly #writers: MultipartWriter[] = []
  readonly #state: BackupState

  constructor(runtime: Runtime, slot: string, identity: LockIdentity) {
    this.#runtime = runtime
    this.#state = { stage: 'preparing', slot, ...identity, uploads: [] }
    this.#save()
  }

  hasUpload(writer: MultipartWriter, key: string): void {
    this.#writers.push(writer)
    this.#state.uploads.push({ key, id: writer.uploadId })
    this.#save()
  }

  isPublishing(): void {
    this.#state.stage = 'publishing'
    this.#save()
  }

  isClean(): void {
    this.#state.stage = 'clean'
    this.#save()
  }

  /** Drops every upload. What cannot be dropped is told, and left to the post step. */
  async abort(): Promise<void> {
    const failures = await abortUploads(this.#writers)
    for (const failure of failures) this.#runtime.log.info(failure)
    if (failures.length === 0) this.isClean()
  }

  #save(): void {
    saveBackupState(this.#runtime, this.#state)
  }
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
