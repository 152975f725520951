import type { Runtime } from '../runtime/runtime'
import type { ReportedPhase } from './run-facts'

/** Runs a step in a group of the log and notes how long it took, also of one that failed. */
export type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>

/**
 * What is known of a run while it goes: the action owns it, the command says what it learns, and a run that fails is told from it. A run
 * that ends well is told from what its command returns.
 */
export interface Attempt<Facts extends object> {
  readonly startedAt: Date
  readonly facts: Readonly<Partial<Facts>>
  readonly phases: readonly ReportedPhase[]
  learn(facts: Partial<Facts>): void
  readonly step: Step
}

export function beginAttempt<Facts extends object>({
  log,
  clock,
}: Pick<Runtime, 'log' | 'clock'>): Attempt<Facts> {
  const startedAt = clock.now()
  const facts: Partial<Facts> = {}
  const phases: ReportedPhase[] = []
  return {
    startedAt,
    facts,
    phases,
    learn: learned => {
      Object.assign(facts, learned)
    },
    step: async (name, work) => {
      const startedMs = clock.monotonicMs()
      try {
        return await log.group(name, work)
      } finally {
        phases.push({ name, durationMs: clock.monotonicMs() - startedMs })
      }
    },
  }
}
