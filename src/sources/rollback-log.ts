import { messageOf } from '../runtime/errors'
import type { Log } from '../runtime/runtime'

/** Rolls back one change. */
export interface RollbackStep {
  /** The result: `The database "shop" is what it was`. No full stop; '' when another step reports it. */
  readonly undone: string
  /** The state when the step failed or did not run. Read only then. */
  readonly left: NotRolledBack
  /** Quick enough for a cancelled run, which has a few seconds. */
  isQuick: boolean
  run(): Promise<void>
}

/** Something that is neither restored nor rolled back. */
interface NotRolledBack {
  /** Whole sentences. */
  readonly what: string
  /** Commands that fix it; [] where no command can. */
  readonly commands: readonly string[]
}

/** `left`: steps that failed, or for which there was no time. */
export interface RollbackOutcome {
  undone: string[]
  left: NotRolledBack[]
}

/** The rollback steps of a restore. */
export interface RollbackLog {
  /** Called before the change, since half a change must be rolled back too. The last step runs first. */
  add(step: RollbackStep): void
  /** Runs after all other steps, whenever they are added. */
  addLast(step: RollbackStep): void
  /** Runs all steps, also after one that fails. `inHurry`: only quick ones. */
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
      // Two steps may be about the same thing.
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
          log.info(`Could not be rolled back: ${messageOf(error)}`)
          leave(step)
        }
      }
      return outcome
    },
  }
}
