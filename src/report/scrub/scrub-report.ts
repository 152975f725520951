import type { RunReport } from '../../commands/backup/run-report'
import type { FailureFacts } from '../../commands/run-facts'
import { scrubFindings } from '../../findings/finding'
import { scrubChanges } from '../summary/changes-section'

/** The same report with every text scrubbed of secrets. */
export function scrubReport(report: RunReport, scrub: (text: string) => string): RunReport {
  const { failure, tables } = report
  return {
    ...report,
    warnings: scrubFindings(report.warnings, scrub),
    ...(report.changes === undefined ? {} : { changes: scrubChanges(report.changes, scrub) }),
    phases: report.phases.map(phase => ({ ...phase, name: scrub(phase.name) })),
    ...(tables === undefined
      ? {}
      : {
          tables: {
            ...tables,
            largest: tables.largest.map(entry => ({ ...entry, name: scrub(entry.name) })),
          },
        }),
    ...(failure === undefined ? {} : { failure: scrubFailure(failure, scrub) }),
  }
}

export function scrubFailure(failure: FailureFacts, scrub: (text: string) => string): FailureFacts {
  return {
    kind: failure.kind,
    what: scrub(failure.what),
    safe: scrub(failure.safe),
    advice: scrub(failure.advice),
    detail: failure.detail.map(scrub),
  }
}
