import type { RestoreInputs } from '../../inputs/restore'
import { timeStamp } from '../../repository/names/safety-key'
import type { RecoveryPoint } from '../../repository/repository'
import { sources } from '../../sources/registry'
import type { RestoredItem } from '../../sources/restore-item'
import type { RestoreContext, RestoreStep, RestoringPart } from '../../sources/restore-part'
import { rollbackLog } from '../../sources/rollback-log'
import { type CommandTools, type LockIdentity, openReadOnlySession, type Session } from '../session'
import type { RestorePlan } from './plan-restore'
import { type FailedRestore, restoreFailure } from './restore-failure'
import type { RestoreAttempt } from './restore-result'
import { type RestoreState, saveRestoreState } from './restore-state'

interface WriteRequest {
  inputs: RestoreInputs
  tools: CommandTools
  attempt: RestoreAttempt
  session: Pick<Session, 'connection' | 'signal'>
  identity: LockIdentity
  chosen: RecoveryPoint
  plan: Pick<RestorePlan, 'parts'>
}

/** Carries out a plan. Throws after what was begun is rolled back as far as possible; the error says how far. */
export async function writeParts(request: WriteRequest): Promise<RestoredItem[]> {
  const { attempt, session } = request
  const begun = begin(request)
  try {
    const steps: RestoreStep<readonly RestoredItem[]>[] = []
    // What is applied first is prepared last: what it keeps of the old state is still true then.
    for (const { prepare } of begun.parts.toReversed()) {
      steps.unshift(await attempt.step(prepare.name, prepare.run))
    }
    const restored: RestoredItem[] = []
    for (const { name, run } of steps) {
      session.signal.throwIfAborted()
      restored.push(...(await attempt.step(name, run)))
    }
    begun.markClean()
    return restored
  } catch (error) {
    throw await restoreFailure(error, begun)
  }
}

interface BegunRestore extends FailedRestore {
  parts: readonly RestoringPart[]
}

/** From here on the post step cleans up after this run. */
function begin(request: WriteRequest): BegunRestore {
  const { inputs, tools, attempt, session, identity, chosen, plan } = request
  const { runtime, repository } = tools
  let { connection } = session
  let stage: RestoreState['stage'] = 'working'
  const parts: RestoringPart[] = []
  const context: RestoreContext = {
    ...{ runtime, repository, point: chosen, owner: identity.owner },
    ...{ startedAt: attempt.startedAt, stamp: timeStamp(attempt.startedAt) },
    ...{ signal: session.signal, rollback: rollbackLog(), warn: attempt.warn },
    differ: found => attempt.learn({ differences: [...(attempt.facts.differences ?? []), ...found] }),
    keep: key => attempt.learn({ safetyKeys: [...(attempt.facts.safetyKeys ?? []), key] }),
    connection: () => connection,
    reconnect: async () => {
      connection = (await openReadOnlySession(inputs, tools)).connection
    },
    save: () => {
      const states = sources.map(({ kind }, index) => [kind, parts[index]?.state])
      saveRestoreState(runtime, { stage, ...identity, parts: Object.fromEntries(states) })
    },
  }
  parts.push(...plan.parts.map(part => part.begin(context)))
  context.save()
  attempt.learn({ hasBegun: true })
  const markClean = () => {
    stage = 'clean'
    context.save()
  }
  return { context, parts, markClean }
}
