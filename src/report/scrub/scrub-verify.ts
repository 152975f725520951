import type { VerifyReport } from '../../commands/verify/verify-result'
import { scrubFindings } from '../../findings/finding'

/** The same report with every text scrubbed of secrets. */
export function scrubVerifyReport(report: VerifyReport, scrub: (text: string) => string): VerifyReport {
  return {
    ...report,
    warnings: scrubFindings(report.warnings, scrub),
    points: report.points.map(point => ({
      ...point,
      findings: scrubFindings(point.findings, scrub),
    })),
  }
}
