import type { JobReport } from '../../../src/server/job-report'

/** The report of a job that was begun; a test overrides what it is about. */
export function aJobReport(overrides: Partial<JobReport> = {}): JobReport {
  return {
    done: false,
    phase: undefined,
    statuses: new Map(),
    counts: new Map(),
    problem: undefined,
    served: undefined,
    recovered: [],
    swapped: [],
    stuck: [],
    messages: [],
    ...overrides,
  }
}
