import type { RestoreReport } from '../../commands/restore/restore-result'
import { scrubFindings } from '../../findings/finding'
import { scrubPreflight } from '../../findings/preflight'
import { defined } from '../../runtime/defined'
import { scrubFailure } from './scrub-report'

/** The same report with every text scrubbed of secrets. */
export function scrubRestore(report: RestoreReport, scrub: (text: string) => string): RestoreReport {
  const { failure, checks } = report
  return {
    ...report,
    items: report.items.map(item => scrubItem(item, scrub)),
    warnings: scrubFindings(report.warnings, scrub),
    ...defined({
      checks: checks && scrubPreflight(checks, scrub),
      failure: failure && scrubFailure(failure, scrub),
    }),
  }
}

function scrubItem(item: RestoreReport['items'][number], scrub: (text: string) => string) {
  const { holds, before, becomes, proof } = item
  return {
    ...item,
    ...{ holds: scrub(holds), before: scrub(before), becomes: scrub(becomes) },
    ...defined({ proof: proof && scrub(proof) }),
  }
}
