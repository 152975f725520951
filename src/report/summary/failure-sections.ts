import type { FailureFacts, ReportedPhase } from '../../commands/run-facts'
import { plural } from '../../runtime/text/format-count'
import { failureTitle } from '../failure'
import { faultsList, fixMarkdown } from './faults-list'
import { fenced, folded, prose } from './markdown'
import { phasesTable } from './summary-tables'

/** The first line of the summary of a failed run, as the annotation has it: `Backup failed: …`. */
export function failureHeading(failure: FailureFacts, what: string): string {
  return `## ${failure.kind === 'cancelled' ? '⏹️' : '❌'} ${prose(failureTitle(failure, what))}`
}

/** The same of a dry run that was refused, before its error is described. */
export function refusalHeading({ title }: Pick<FailureFacts, 'title'>): string {
  return `## ❌ ${prose(failureTitle({ kind: 'user', title }, 'Dry run'))}`
}

/** What failed, what is still safe, what to do. Several faults are a list in which each has its fix. */
export function failureSections(
  { kind, what, faults, safe, advice }: FailureFacts,
  headings: { what?: string; safe?: string } = {},
): string[] {
  const isList = faults.length > 0
  return [
    `### ${headings.what ?? (kind === 'cancelled' ? 'What happened' : 'What failed')}\n\n${isList ? faultsList(faults) : prose(what)}`,
    `### ${headings.safe ?? 'What is still safe'}\n\n${prose(safe)}`,
    isList ? '' : `### What to do next\n\n${fixMarkdown(advice)}`,
  ]
}

/** The whole summary of a run that did not begin, since its inputs are wrong. */
export function renderRefusal(failure: FailureFacts, what: string): string {
  return joinParts([failureHeading(failure, what), ...failureSections(failure)])
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
