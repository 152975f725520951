import type { RestoreInputs } from '../../inputs/restore'
import { timeStamp } from '../../repository/names/safety-key'
import type { RecoveryPoint } from '../../repository/repository'
import { sources } from '../../sources/registry'
import type { RestoredItem } from '../../sources/restore-item'
import type { LookedAt, RestoreContext, RestoreStep, RestoringPart } from '../../sources/restore-part'
import { rollbackLog } from '../../sources/rollback-log'
import { type CommandTools, type LockIdentity, openReadOnlySession, type Session } from '../session'
import type { RestorePlan } from './plan-restore'
import type { FailedRestore } from './restore-failure'
import type { RestoreAttempt } from './restore-result'
import { type RestoreState, saveRestoreState } from './restore-state'

export interface BeginRequest {
  inputs: RestoreInputs
  tools: CommandTools
  attempt: RestoreAttempt
  session: Pick<Session, 'connection' | 'signal'>
  identity: LockIdentity
  chosen: RecoveryPoint
  looked: readonly Pick<LookedAt, 'begin'>[]
}

/** A restore that may change the server: what it changes is rolled back by `restoreFailure`. */
export interface BegunRestore extends FailedRestore {
  context: RestoreContext
  parts: readonly RestoringPart[]
}

/** Prepares a restore, and the post step that cleans up after the first change. Changes nothing itself. */
export function beginRestore(request: BeginRequest): BegunRestore {
  const { inputs, tools, attempt, session, identity, chosen, looked } = request
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
      attempt.learn({ hasBegun: true })
      const states = sources.map(({ kind }, index) => [kind, parts[index]?.state])
      saveRestoreState(runtime, { stage, ...identity, parts: Object.fromEntries(states) })
    },
  }
  parts.push(...looked.map(each => each.begin(context)))
  const markClean = () => {
    stage = 'clean'
    context.save()
  }
  return { context, parts, markClean }
}

/** Carries out a plan. When it throws, what was begun is still to be rolled back. */
export async function writeParts(
  { parts }: Pick<RestorePlan, 'parts'>,
  { context, markClean }: Pick<BegunRestore, 'context' | 'markClean'>,
  { step }: Pick<RestoreAttempt, 'step'>,
): Promise<RestoredItem[]> {
  context.save()
  const steps: RestoreStep<readonly RestoredItem[]>[] = []
  // What is applied first is prepared last: what it keeps of the old state is still true then.
  for (const part of parts.toReversed()) {
    const prepare = part.prepare(context)
    steps.unshift(await step(prepare.name, prepare.run))
  }
  const restored: RestoredItem[] = []
  for (const { name, run } of steps) {
    context.signal.throwIfAborted()
    restored.push(...(await step(name, run)))
  }
  markClean()
  return restored
}
