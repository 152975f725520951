import { messageOf } from '../runtime/errors'
import type { Log } from '../runtime/runtime'

/** How one thing that was done is undone. */
export interface RollbackStep {
  /** What is true when it is undone: `The database "shop" is what it was`. No full stop; '' when another step tells. */
  readonly undone: string
  /** What is true when it is not. Asked for then, and not before. */
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

/** The steps that lead back to how everything was, the last first. */
export interface RollbackLog {
  /** Noted before the thing is done: half of it must be undone too. */
  add(step: RollbackStep): void
  /** The same for a step that comes after all others on the way back, whenever they are added. */
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
