import type { VerifyReport } from '../../commands/verify/verify-report'

/** The same report with every text scrubbed of secrets. */
export function scrubVerifyReport(report: VerifyReport, scrub: (text: string) => string): VerifyReport {
  return {
    ...report,
    warnings: report.warnings.map(({ code, message }) => ({ code, message: scrub(message) })),
    points: report.points.map(point => ({
      ...point,
      findings: point.findings.map(({ advice, ...finding }) => ({
        ...finding,
        message: scrub(finding.message),
        ...(advice === undefined ? {} : { advice: scrub(advice) }),
      })),
    })),
  }
}
