import { publicWarnings, scrubFindings } from '../../findings/finding'
import { abortLeftovers } from '../../repository/commit/leftovers'
import { recoverSlot } from '../../repository/commit/recover'
import type { ShrinkVerdict } from '../../repository/guards/shrink'
import { shrinkError } from '../../repository/guards/shrink-error'
import { slotKeys } from '../../repository/names/keys'
import { type Repository, suspectsOf } from '../../repository/repository'
import { CancelledError, messageOf } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'
import { reportedStore } from '../run-facts'
import { describePublished } from './describe-published'
import { describeRecoveryPoint } from './describe-recovery-point'
import { planBackup } from './plan/plan-backup'
import { publishRun } from './publish-run'
import type { BackupAttempt, BackupResult } from './run-report'
import { type TakeRequest, takeArtifacts } from './take-artifacts'
import { unfinishedRun } from './unfinished-run'

/**
 * Stores a suspect recovery point under `suspect/`; the result's error fails the run. An upload is bound to its key,
 * and the verdict is known only after it, so everything is planned and streamed again.
 */
export async function storeSuspect(
  first: TakeRequest,
  verdict: ShrinkVerdict,
  { runtime, repository: ring }: { runtime: Runtime; repository: Repository },
  attempt: BackupAttempt,
): Promise<BackupResult> {
  const { slot, session, startedAt } = first
  const repository = suspectsOf(ring)
  const { prefix } = repository
  const tools = { runtime, repository }
  const inputs = { ...first.inputs, s3: { ...first.inputs.s3, prefix } }
  try {
    return await attempt.step('Store it as suspect', async () => {
      await recoverSlot(repository, slot, runtime.clock)
      await abortLeftovers(repository, slot, runtime.clock)
      const plan = await planBackup(inputs, slot, { ...session, clock: runtime.clock }, { info: () => {} })
      const run = unfinishedRun(runtime, { prefix, slot, ...first.identity })
      const { prepared } = await takeArtifacts({ ...first, inputs, plan, run, isWhole: true }, tools)
      const draft = describeRecoveryPoint(inputs, { runtime, repository, startedAt, slot, plan, prepared })
      const warnings = publicWarnings(scrubFindings(attempt.warnings, runtime.scrub))
      const { manifest } = await publishRun({ ...draft, verdict: 'suspect', warnings }, run, tools)
      const place = reportedStore(inputs.s3)
      return {
        ...describePublished(manifest, repository, { prepared, baseline: undefined, place }),
        ...{ result: 'suspect', slot },
        error: shrinkError(verdict, { slot, suspectManifestKey: slotKeys(prefix, slot).manifest }),
      }
    })
  } catch (error) {
    if (error instanceof CancelledError) throw error
    runtime.log.info(`The suspect recovery point could not be stored: ${messageOf(error)}`)
    return {
      ...{ result: 'failed', slot, artifacts: [] },
      error: shrinkError(verdict, { slot, suspectManifestKey: undefined }),
    }
  }
}
