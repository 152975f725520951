import type { RunReport } from '../../commands/backup/run-report'
import type { FailureFacts } from '../../commands/run-facts'
import { scrubFindings } from '../../findings/finding'
import { defined } from '../../runtime/defined'
import { scrubChanges, scrubNames } from '../summary/changes-section'

/** The same report with every text scrubbed of secrets. */
export function scrubReport(report: RunReport, scrub: (text: string) => string): RunReport {
  const { changes, failure, tables } = report
  return {
    ...report,
    warnings: scrubFindings(report.warnings, scrub),
    phases: scrubNames(report.phases, scrub),
    ...defined({
      changes: changes && scrubChanges(changes, scrub),
      tables: tables && { ...tables, largest: scrubNames(tables.largest, scrub) },
      failure: failure && scrubFailure(failure, scrub),
    }),
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
