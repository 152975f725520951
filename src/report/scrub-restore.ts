import { scrubPreflight } from './preflight-section'
import type { RestoreReport } from './restore-report'

/** The same report with every text scrubbed of secrets. */
export function scrubRestore(report: RestoreReport, scrub: (text: string) => string): RestoreReport {
  const { failure, checks } = report
  return {
    ...report,
    warnings: report.warnings.map(({ code, message }) => ({ code, message: scrub(message) })),
    ...(checks === undefined ? {} : { checks: scrubPreflight(checks, scrub) }),
    ...(failure === undefined
      ? {}
      : {
          failure: {
            kind: failure.kind,
            what: scrub(failure.what),
            safe: scrub(failure.safe),
            advice: scrub(failure.advice),
            detail: failure.detail.map(scrub),
          },
        }),
  }
}
