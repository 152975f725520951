import { messageOf } from '../runtime/errors'
import type { Log } from '../runtime/runtime'

/** Undoes one thing that was done. */
export interface RollbackStep {
  /** What is true then: `The database "shop" is what it was`. No full stop; '' when another step says it. */
  readonly undone: string
  /** What is true when it is not undone. Read only then. */
  readonly left: NotRolledBack
  /** Quick enough for a run that was cancelled, which has a few seconds. */
  isQuick: boolean
  run(): Promise<void>
}

/** Something that is not what it was, nor what it was to be. */
interface NotRolledBack {
  /** Whole sentences. */
  readonly what: string
  /** What a person runs to put it right, a command each; none when there is nothing that could be run. */
  readonly commands: readonly string[]
}

/** What of it was undone, and what was not: steps that failed, or that there was no time for. */
export interface RollbackOutcome {
  undone: string[]
  left: NotRolledBack[]
}

/** The rollback steps of a restore. */
export interface RollbackLog {
  /** Called before the thing is done: half of it must be undone too. The last step runs first. */
  add(step: RollbackStep): void
  /** Runs after all other steps, whenever they are added. */
  addLast(step: RollbackStep): void
  /** Undoes everything, also after a step that fails. `inHurry`: only what is quick. */
  rollBack(options: { inHurry: boolean; log: Pick<Log, 'info'> }): Promise<RollbackOutcome>
  readonly isEmpty: boolean
}

export function rollbackLog(): RollbackLog {
  const steps: RollbackStep[] = []
  return {
    add: step => {
      steps.push(step)
    },
    addLast: step => {
      steps.unshift(step)
    },
    get isEmpty() {
      return steps.length === 0
    },
    rollBack: async ({ inHurry, log }) => {
      const outcome: RollbackOutcome = { undone: [], left: [] }
      // Two steps may be about one thing.
      const leave = ({ left }: RollbackStep) => {
        if (!outcome.left.includes(left)) outcome.left.push(left)
      }
      for (const step of steps.toReversed()) {
        if (inHurry && !step.isQuick) {
          leave(step)
          continue
        }
        try {
          await step.run()
          if (step.undone === '') continue
          outcome.undone.push(step.undone)
          log.info(`${step.undone}.`)
        } catch (error) {
          log.info(`Could not be undone: ${messageOf(error)}`)
          leave(step)
        }
      }
      return outcome
    },
  }
}
