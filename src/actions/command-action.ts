import { type Attempt, beginAttempt } from '../commands/attempt'
import { type FailureFacts, reportedStore } from '../commands/run-facts'
import type { Signing } from '../inputs/groups/signed-by'
import { unencrypted } from '../inputs/unencrypted'
import type { AlarmSubject } from '../report/alarm/alarm-text'
import { annotateWarnings } from '../report/annotations'
import { failureTitle } from '../report/failure'
import { renderRefusal } from '../report/summary/failure-sections'
import type { Repository } from '../repository/repository'
import { type RepositoryInputs, withRepository } from '../repository/with-repository'
import type { Runtime } from '../runtime/runtime'
import { type Alarm, openAlarm } from './open-alarm'
import { type ActionEnd, runAction } from './run-action'

/** What the inputs of every action have. */
interface CommonInputs extends RepositoryInputs {
  signing: Signing
  heartbeatUrl?: string
}

/** A run whose inputs are valid. */
export interface Begun<Inputs extends CommonInputs, Facts extends object> {
  inputs: Inputs
  attempt: Attempt<Facts>
}

/** What differs between the actions. */
export interface Command<Inputs extends CommonInputs, Facts extends object> {
  /** As titles have it; undefined inputs: they could not be read. */
  name(inputs: Inputs | undefined): string
  load(runtime: Runtime, env: NodeJS.ProcessEnv): Inputs
  run(begun: Begun<Inputs, Facts>, runtime: Runtime, repository: Repository): Promise<void>
  /** What is still safe when it fails. An error's own `safe` takes precedence. */
  safe(facts: Partial<Facts>): string
  /** The job summary of a failed run; '' when it has one already. */
  summarize(begun: Begun<Inputs, Facts>, failure: FailureFacts, runtime: Runtime): string
  /** Of its issue, where the inputs want one; undefined: there is none of this action. */
  alarm?: AlarmSubject['kind']
  /** When the newest good recovery point was taken, where that is known. */
  lastGoodAt?(facts: Partial<Facts>): Date | undefined
}

/** Runs a command as an action. */
export function commandAction<Inputs extends CommonInputs, Facts extends object>(
  runtime: Runtime,
  command: Command<Inputs, Facts>,
): Promise<ActionEnd> {
  let begun: Begun<Inputs, Facts> | undefined
  let alarm: Alarm | undefined
  const work = async () => {
    alarm = command.alarm && openAlarm(command.alarm, runtime)
    const inputs = command.load(runtime, process.env)
    const own = { inputs, attempt: beginAttempt<Facts>(runtime) }
    begun = own
    annotateWarnings(runtime.log, unencrypted(inputs))
    await withRepository(inputs, runtime.clock, repository => command.run(own, runtime, repository))
    await alarm?.end()
  }
  return runAction(runtime, work, {
    get name() {
      return command.name(begun?.inputs)
    },
    get safe() {
      return command.safe(begun?.attempt.facts ?? {})
    },
    summarize: failure =>
      begun === undefined
        ? renderRefusal(failure, command.name(undefined))
        : command.summarize(begun, failure, runtime),
    alarm: async failure => {
      const lastGoodAt = begun && command.lastGoodAt?.(begun.attempt.facts)
      await alarm?.raise(failureTitle(failure, command.name(begun?.inputs)), failure.safe, lastGoodAt)
    },
  })
}

/** What a report of any action shows. */
export function runFacts<Facts extends object>(
  { inputs, attempt }: Begun<CommonInputs, Facts>,
  { clock }: Pick<Runtime, 'clock'>,
) {
  const { startedAt, phases, warnings } = attempt
  return { store: reportedStore(inputs.s3), startedAt, finishedAt: clock.now(), phases, warnings }
}
