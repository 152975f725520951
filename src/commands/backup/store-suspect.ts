import { abortLeftovers } from '../../repository/commit/leftovers'
import { recoverSlot } from '../../repository/commit/recover'
import type { ShrinkVerdict } from '../../repository/guards/shrink'
import { shrinkError } from '../../repository/guards/shrink-error'
import { slotKeys } from '../../repository/names/keys'
import { type Repository, suspectsOf } from '../../repository/repository'
import { CancelledError, messageOf } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'
import type { ServerInventory } from '../../sources/host/parse-inventory'
import type { Step } from '../phases'
import { describeRecoveryPoint } from './describe-recovery-point'
import { planBackup } from './plan/plan-backup'
import { publishRun } from './publish-run'
import { reportPublished } from './report-published'
import { type TakeRequest, takeArtifacts } from './take-artifacts'
import { unfinishedRun } from './unfinished-run'

/**
 * Stores a suspect recovery point beside the ring, to be looked at, and returns the error that makes the run red. An upload is
 * bound to its key, and which one is right is known only at its end: so everything is streamed once more. That it could
 * not be stored changes nothing of the verdict.
 */
export async function storeSuspect(
  first: TakeRequest,
  { found, verdict }: { found: ServerInventory; verdict: ShrinkVerdict },
  { runtime, repository: ring }: { runtime: Runtime; repository: Repository },
  step: Step,
): Promise<unknown> {
  const { slot, report } = first
  const repository = suspectsOf(ring)
  const { prefix } = repository
  const tools = { runtime, repository }
  const inputs = { ...first.inputs, s3: { ...first.inputs.s3, prefix } }
  try {
    return await step('Store it apart, as suspect', async () => {
      await recoverSlot(repository, slot, runtime.clock)
      await abortLeftovers(repository, slot, runtime.clock.now())
      const plan = planBackup(inputs, slot, found)
      const run = unfinishedRun(runtime, { prefix, slot, ...first.identity })
      const request = { ...first, inputs, plan, run }
      const { prepared } = await takeArtifacts(request, tools)
      const manifest = describeRecoveryPoint(inputs, { runtime, report, slot, plan, found, prepared })
      const published = await publishRun({ ...manifest, verdict: 'suspect' }, run, tools)
      reportPublished(report, { manifest: published.manifest, prefix, prepared, baseline: undefined })
      report.result = 'suspect'
      return shrinkError(verdict, { slot, suspectManifestKey: slotKeys(prefix, slot).manifest })
    })
  } catch (error) {
    if (error instanceof CancelledError) throw error
    runtime.log.info(`The suspect recovery point could not be stored: ${messageOf(error)}`)
    return shrinkError(verdict, { slot, suspectManifestKey: undefined })
  }
}
