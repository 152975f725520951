import type { Runtime } from '../runtime/runtime'
import type { RunReport } from './backup/run-report'

/** Runs a step in a group of the log and notes in the report how long it took. */
export type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>

/** Steps of this run. */
export function phases({ log, clock }: Runtime, report: Pick<RunReport, 'phases'>): Step {
  return async (name, work) => {
    const startedMs = clock.monotonicMs()
    try {
      return await log.group(name, work)
    } finally {
      report.phases = [...report.phases, { name, durationMs: clock.monotonicMs() - startedMs }]
    }
  }
}
