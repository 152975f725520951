import type { FailureFacts, ReportedPhase } from '../../commands/run-facts'
import { plural } from '../../runtime/text/format-count'
import { fenced, folded, prose } from './markdown'
import { phasesTable } from './summary-tables'

/** What failed, what is still safe, what to do. */
export function failureSections(
  { kind, what, safe, advice }: FailureFacts,
  headings: { what?: string; safe?: string } = {},
): string[] {
  return [
    `### ${headings.what ?? (kind === 'cancelled' ? 'What happened' : 'What failed')}\n\n${prose(what)}`,
    `### ${headings.safe ?? 'What is still safe'}\n\n${prose(safe)}`,
    `### What to do next\n\n${prose(advice)}`,
  ]
}

/** The end of a failure's lines for the log; '' without any. */
export function detailsFold({ detail }: Pick<FailureFacts, 'detail'>): string {
  const tail = detail.slice(-60)
  if (tail.length === 0) return ''
  const heading = tail.length === detail.length ? 'Details' : `Details: the last ${plural(tail.length, 'line')}`
  return folded(heading, fenced(tail, 'text'))
}

export function phasesFold({ phases }: { phases: readonly ReportedPhase[] }): string {
  return phases.length === 0 ? '' : folded('Where the time went', phasesTable(phases))
}

/** The parts of a summary that are not empty. */
export function joinParts(parts: readonly string[]): string {
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}
