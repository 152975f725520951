import type { Finding } from '../findings/finding'
import type { Runtime } from '../runtime/runtime'
import type { ReportedPhase } from './run-facts'

/** Runs a step in a group of the log and notes how long it took, also when it failed. */
type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>

/** What is known of a run so far. The command adds what it learns; the report of a failed run is made from it. */
export interface Attempt<Facts extends object> {
  /** By the store's clock, as soon as that is known. */
  readonly startedAt: Date
  readonly facts: Readonly<Partial<Facts>>
  readonly phases: readonly ReportedPhase[]
  readonly warnings: readonly Finding[]
  learn(facts: Partial<Facts>): void
  /** Undefined: nothing to warn of. */
  warn(warnings: readonly (Finding | undefined)[]): void
  readonly step: Step
}

export function beginAttempt<Facts extends object>({ log, clock }: Pick<Runtime, 'log' | 'clock'>): Attempt<Facts> {
  const facts: Partial<Facts> = {}
  const phases: ReportedPhase[] = []
  const warnings: Finding[] = []
  const [begunAt, aheadThenMs] = [clock.now().getTime(), clock.aheadMs() ?? 0]
  return {
    ...{ facts, phases, warnings },
    get startedAt() {
      return new Date(begunAt + aheadThenMs - (clock.aheadMs() ?? 0))
    },
    learn: learned => {
      Object.assign(facts, learned)
    },
    warn: found => {
      warnings.push(...found.filter(warning => warning !== undefined))
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
