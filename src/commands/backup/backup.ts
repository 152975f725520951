import { type Finding, publicWarnings, scrubFindings } from '../../findings/finding'
import type { BackupInputs } from '../../inputs/backup'
import { storageClassWarnings } from '../../inputs/groups/s3-options'
import { writeBucketReadme } from '../../repository/bucket-readme'
import { indexPrefix, type PrefixIndex } from '../../repository/catalog/prefix-index'
import { writeEncryptionTest } from '../../repository/encryption/test-object'
import { type Baseline, baselineOf } from '../../repository/guards/baseline'
import { adoptedPrefix, foreignError } from '../../repository/guards/foreign-prefix'
import { scopedBaseline } from '../../repository/guards/scoped-baseline'
import { checkShrink, type ShrinkVerdict } from '../../repository/guards/shrink'
import { acceptedShrink } from '../../repository/guards/shrink-error'
import { takenName } from '../../repository/guards/taken-name'
import type { Manifest } from '../../repository/manifest/manifest'
import { noTiers } from '../../repository/names/tier-name'
import { keepTiers } from '../../repository/tiers/tiers'
import { defined } from '../../runtime/defined'
import { minuteMs } from '../../runtime/times'
import { olderCopy } from '../../server/installed-copy'
import { clockDifference, refuseClock } from '../clock-difference'
import { refuseErrors } from '../refuse-errors'
import { reportedStore } from '../run-facts'
import { type CommandTools, type LockIdentity, lockIdentity, openSession, type Session } from '../session'
import { artifactNews } from './artifact-news'
import { describePublished } from './describe-published'
import { describeRecoveryPoint } from './describe-recovery-point'
import { encryptionNews } from './encryption-news'
import { foreignObjects } from './plan/foreign-objects'
import { type KnownBaseline, knownBaseline, type OpenCache } from './plan/known-baseline'
import { type BackupPlan, planBackup, scopeOf } from './plan/plan-backup'
import { slotOfRun } from './plan/slot-of-run'
import { sparingOutlook } from './preflight/outlook'
import { publishRun } from './publish-run'
import { readHistory } from './read-history'
import { recoverEarlierRuns } from './recover-earlier-runs'
import type { BackupAttempt, BackupResult } from './run-report'
import { recentUnderLock, skippedFor } from './skip/recent-point'
import { storeSuspect } from './store-suspect'
import { suspectFacts } from './suspect-facts'
import { takeArtifacts } from './take-artifacts'
import { unfinishedRun } from './unfinished-run'

export interface BackupTools extends CommandTools {
  openCache: OpenCache
}

/** Takes one recovery point and stores it. Throws what failed; unless the error says otherwise, nothing has changed. */
export async function backup(inputs: BackupInputs, tools: BackupTools, attempt: BackupAttempt): Promise<BackupResult> {
  const identity = lockIdentity(tools.repository, tools.runtime)
  const session = await attempt.step('Connect', () => openSession(inputs, identity, tools, lockWait(inputs)))
  try {
    return await backUp(inputs, tools, { identity, session }, attempt)
  } finally {
    await session.close()
  }
}

/** Where several clocks start runs, the second of two waits for the first, whose recovery point is then its own. */
function lockWait({ minIntervalMs }: BackupInputs): { lockWaitMs?: number } {
  return minIntervalMs === undefined ? {} : { lockWaitMs: Math.min(minIntervalMs, longestWaitMs) }
}

const longestWaitMs = 30 * minuteMs

async function backUp(
  inputs: BackupInputs,
  tools: BackupTools,
  { identity, session }: { identity: LockIdentity; session: Session },
  attempt: BackupAttempt,
): Promise<BackupResult> {
  const { runtime, repository } = tools
  const { step, warn } = attempt
  const { startedAt, slot, index } = await step('Read the bucket', () => readBucket(inputs, tools, attempt))
  const recent = await recentUnderLock(inputs, index, tools)
  if (recent !== undefined) return skippedFor(recent)
  const plan = await step('Check the server', () =>
    planBackup(inputs, slot, { ...session, clock: runtime.clock }, runtime.log),
  )
  warn([olderCopy(session.served), ...plan.warnings, ...storageClassWarnings(inputs.s3.objects?.storageClass)])
  warn([await refuseForeign(inputs, tools, plan, slot, index)])
  attempt.learn({ servedBy: plan.parts.find(part => part.servedBy !== undefined)?.servedBy })

  const run = unfinishedRun(runtime, { prefix: repository.prefix, slot, ...identity })
  const request = { inputs, plan, session, identity, index, run, slot, startedAt }
  const { prepared, afterError } = await step('Stream', () => takeArtifacts(request, tools))
  warn(prepared.flat().flatMap(taken => taken.warnings))

  const draft = describeRecoveryPoint(inputs, { runtime, repository, startedAt, slot, plan, prepared })
  const known = knownBaseline(inputs, repository, index, tools.openCache)
  const now = baselineOf(draft)
  const { verdict, baseline, expected, dropped } = await compareWithLast(inputs, plan, session, { now, known }).catch(
    async error => {
      await run.abort()
      throw error
    },
  )
  const newest = await index.newestGood()
  const news = encryptionNews(repository, newest, { isKnown: index.isReadable, place: reportedStore(inputs.s3) })
  warn([...dropped, ...artifactNews(draft, { now, baseline }), ...news])
  if (verdict.suspect) {
    if (expected !== undefined) attempt.learn({ suspect: suspectFacts(expected, now) })
    await run.abort()
    return storeSuspect(request, verdict, tools, attempt)
  }
  warn([acceptedShrink(verdict)])

  attempt.learn({ isCommitting: true })
  const complete = { ...draft, warnings: publicWarnings(scrubFindings(attempt.warnings, runtime.scrub)) }
  const { manifest, warnings: published } = await step('Publish', () => publishRun(complete, run, tools))
  attempt.learn({ isStored: true })
  const { signer } = repository
  runtime.log.info(
    signer === undefined ? 'It is not signed: that takes a key.' : `Signed by ${signer.publicKey.fingerprint}.`,
  )
  warn(published)
  const keep = inputs.name === undefined ? inputs.tiers : noTiers
  if (Object.values(keep).some(count => count > 0))
    await step('Keep the tiers', async () =>
      warn((await keepTiers(repository, { manifest, keep, clock: runtime.clock, log: runtime.log })).warnings),
    )
  warn(await writeBucketReadme(repository, inputs.s3))
  warn(await writeEncryptionTest(repository, newest, runtime.clock))
  await known.save(now)
  return {
    ...describePublished(manifest, repository, { prepared, baseline, place: reportedStore(inputs.s3) }),
    ...(await readHistory(repository, { keep, index, manifest, timezone: inputs.timezone, now: runtime.clock.now() })),
    ...{
      result: 'good',
      slot,
      error: afterError,
      ...defined({ sparing: sparingOutlook(inputs, fullness(plan, manifest)) }),
    },
  }
}

/** What each artifact takes, and how often it is sent whole. */
function fullness({ parts }: BackupPlan, { artifacts }: Manifest) {
  const plans = parts.flatMap(part => part.artifacts)
  return artifacts.map(({ name, bytes }) => ({ bytes, full: plans.find(plan => plan.name === name)?.full }))
}

/** The store's first answer shows its time, and so which hour it is. Nothing was changed before that. */
async function readBucket(
  inputs: BackupInputs,
  { runtime, repository }: BackupTools,
  attempt: BackupAttempt,
): Promise<{ startedAt: Date; slot: string; index: PrefixIndex }> {
  const found = await indexPrefix(repository)
  refuseClock(runtime.clock)
  attempt.warn([clockDifference(runtime.clock)])
  const { startedAt } = attempt
  const slot = slotOfRun(inputs, startedAt)
  attempt.learn({ slot })
  const { index, warnings } = await recoverEarlierRuns(inputs, slot, found, { runtime, repository })
  attempt.warn(warnings)
  attempt.learn({ index })
  await refuseTaken(inputs, { runtime, repository })
  return { startedAt, slot, index }
}

/** `expected`: the baseline without what the workflow no longer requests. */
interface Compared {
  verdict: ShrinkVerdict
  baseline: Baseline | undefined
  expected: Baseline | undefined
  dropped: Finding[]
}

/** Compares what was taken with the last good recovery point; see `Compared`. */
async function compareWithLast(
  { guards }: BackupInputs,
  plan: BackupPlan,
  { signal }: Session,
  { now, known }: { now: Baseline; known: KnownBaseline },
): Promise<Compared> {
  const baseline = await known.load(now)
  const scoped = baseline && scopedBaseline(baseline, scopeOf(plan))
  const expected = scoped?.baseline
  signal.throwIfAborted()
  return {
    verdict: checkShrink({ now, baseline: expected, ...guards }),
    ...{ baseline, expected, dropped: scoped?.warnings ?? [] },
  }
}

/** A recovery point that was named is never replaced. */
async function refuseTaken(
  { name, guards }: BackupInputs,
  { repository, runtime }: Pick<BackupTools, 'repository' | 'runtime'>,
): Promise<void> {
  if (name === undefined) return
  const { acceptShrink } = guards
  refuseErrors({ findings: await takenName(repository, name, { acceptShrink, now: runtime.clock.now() }) })
}

/** What is stored under the keys to write must be from this site, or `adopt-prefix` allows to overwrite it. */
async function refuseForeign(
  inputs: BackupInputs,
  { repository, runtime }: BackupTools,
  { parts }: BackupPlan,
  slot: string,
  index: PrefixIndex,
): Promise<Finding | undefined> {
  const keysToWrite = parts.flatMap(part => part.artifacts.map(({ key }) => key))
  const foreign = await foreignObjects(inputs, repository, { slot, index, keysToWrite, run: runtime.run })
  if (foreign.length > 0 && !inputs.guards.adoptPrefix) throw foreignError(foreign, inputs.ssh.host)
  return adoptedPrefix(foreign, inputs.ssh.host)
}
