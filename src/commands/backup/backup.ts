import type { Finding } from '../../findings/finding'
import type { BackupInputs } from '../../inputs/backup'
import { storageClassWarnings } from '../../inputs/groups/s3-options'
import { writeBucketReadme } from '../../repository/bucket-readme'
import type { PrefixIndex } from '../../repository/catalog/prefix-index'
import { type Baseline, baselineOf } from '../../repository/guards/baseline'
import { adoptedPrefix, findForeign, foreignError } from '../../repository/guards/foreign-prefix'
import { scopedBaseline } from '../../repository/guards/scoped-baseline'
import { checkShrink, type ShrinkVerdict } from '../../repository/guards/shrink'
import { acceptedShrink } from '../../repository/guards/shrink-error'
import { slotName } from '../../repository/names/slot'
import { keepTiers } from '../../repository/tiers/tiers'
import type { ServerInventory } from '../../sources/host/parse-inventory'
import { phases } from '../phases'
import { type CommandTools, lockIdentity, openSession, type Session } from '../session'
import { describeRecoveryPoint, describeWarnings } from './describe-recovery-point'
import { type KnownBaseline, knownBaseline, type OpenCache } from './plan/known-baseline'
import { type BackupPlan, planBackup } from './plan/plan-backup'
import { requestedScope } from './plan/requested-scope'
import { describeInventory } from './preflight/describe-inventory'
import { publishRun } from './publish-run'
import { recoverEarlierRuns } from './recover-earlier-runs'
import { reportHistory, reportPublished } from './report-published'
import type { RunReport } from './run-report'
import { storeSuspect } from './store-suspect'
import { takeArtifacts } from './take-artifacts'
import { unfinishedRun } from './unfinished-run'

export interface BackupTools extends CommandTools {
  openCache: OpenCache
}

/**
 * Takes one recovery point and stores it: connect, settle what an earlier run left, look, stream everything, decide, commit.
 * `report` is filled as it goes, so that a failed run can tell how far it came. Throws what went wrong; nothing that was
 * good before has changed then, unless the error says otherwise. Returns an error that is to be thrown once the outputs of what
 * is stored are set: a suspect recovery point, or an `after-command` that failed.
 */
export async function backup(inputs: BackupInputs, tools: BackupTools, report: RunReport): Promise<unknown> {
  const { runtime, repository } = tools
  const step = phases(runtime, report)
  const note = (warnings: readonly (Finding | undefined)[]) => {
    report.warnings = [...report.warnings, ...warnings.filter(warning => warning !== undefined)]
  }
  const slot = slotName(inputs.rotation, report.startedAt, inputs.timezone)
  report.slot = slot
  const identity = lockIdentity(repository, runtime)
  const session = await step('Connect', () => openSession(inputs, identity, tools))
  try {
    const { index, warnings } = await step('Look into the bucket', () =>
      recoverEarlierRuns(inputs, slot, tools),
    )
    note(warnings)
    const { found, plan } = await step('Look at the server', () => lookAtServer(inputs, tools, session, slot))
    note([...plan.warnings, ...storageClassWarnings(inputs.s3.objects?.storageClass)])
    note([await refuseForeign(inputs, tools, plan, slot, index)])
    if (found.inventory !== undefined) report.database = found.inventory.server

    const run = unfinishedRun(runtime, { prefix: repository.prefix, slot, ...identity })
    const request = { inputs, plan, session, identity, index, run, slot, report }
    const { prepared, afterError } = await step('Stream', () => takeArtifacts(request, tools))
    note(prepared.warnings)

    const manifest = describeRecoveryPoint(inputs, { runtime, report, slot, plan, found, prepared })
    const known = knownBaseline(inputs, repository, index, tools.openCache)
    const now = baselineOf(manifest)
    const { verdict, baseline, dropped } = await judge(inputs, plan, session, { now, known }).catch(
      async error => {
        await run.abort()
        throw error
      },
    )
    note(dropped)
    if (verdict.suspect) {
      await run.abort()
      return await storeSuspect(request, { found, verdict }, tools, step)
    }
    note([acceptedShrink(verdict)])

    const warned = { ...manifest, warnings: describeWarnings(runtime, report) }
    report.isCommitting = true
    const published = await step('Publish', () => publishRun(warned, run, tools))
    note(published.warnings)
    const keep = inputs.tiers
    if (Object.values(keep).some(count => count > 0)) {
      const { warnings } = await step('Keep the tiers', () =>
        keepTiers(repository, { manifest: published.manifest, keep, log: runtime.log }),
      )
      note(warnings)
    }
    note(await writeBucketReadme(repository, inputs.s3))
    await known.save(now)
    reportPublished(report, { manifest: published.manifest, prefix: repository.prefix, prepared, baseline })
    await reportHistory(report, repository, { keep, index, manifest: published.manifest })
    return afterError
  } finally {
    await session.close()
  }
}

async function lookAtServer(
  inputs: BackupInputs,
  { runtime }: BackupTools,
  { server, signal }: Session,
  slot: string,
): Promise<{ found: ServerInventory; plan: BackupPlan }> {
  const found = await server.inventory({
    access: inputs.mysql,
    databases: inputs.databases,
    paths: inputs.files.paths,
    compression: inputs.compression.kind,
    dumpOptions: inputs.dumpOptions,
    signal,
  })
  for (const line of describeInventory(found)) runtime.log.info(line)
  return { found, plan: planBackup(inputs, slot, found) }
}

/** Holds what was taken against the last good recovery point, as far as the workflow still asks for what that has. */
async function judge(
  inputs: BackupInputs,
  plan: BackupPlan,
  { signal }: Session,
  { now, known }: { now: Baseline; known: KnownBaseline },
): Promise<{ verdict: ShrinkVerdict; baseline: Baseline | undefined; dropped: Finding[] }> {
  const baseline = await known.load(now)
  const expected = baseline && scopedBaseline(baseline, requestedScope(inputs, plan))
  signal.throwIfAborted()
  return {
    verdict: checkShrink({ now, baseline: expected?.baseline, ...inputs.guards }),
    baseline,
    dropped: expected?.warnings ?? [],
  }
}

/** Whatever lies under the keys to be written must be this site's, or the user has said that it may be overwritten. */
async function refuseForeign(
  { ssh, guards }: BackupInputs,
  { repository }: BackupTools,
  plan: BackupPlan,
  slot: string,
  index: PrefixIndex,
): Promise<Finding | undefined> {
  const foreign = await findForeign(repository, {
    slot,
    host: ssh.host,
    newest: await index.newestGood(),
    keysToWrite: [
      ...plan.databases.map(({ key }) => key),
      ...(plan.files === undefined ? [] : [plan.files.key]),
    ],
  })
  if (foreign.length > 0 && !guards.adoptPrefix) throw foreignError(foreign, ssh.host)
  return adoptedPrefix(foreign, ssh.host)
}
