import type { RecentPoint, RunReport } from '../../commands/backup/run-report'
import { runDurationMs } from '../../commands/run-facts'
import type { Runtime } from '../../runtime/runtime'
import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { skippedSentence } from '../annotations'
import { scrubReport } from '../scrub'
import { bucketFact } from './bucket-fact'
import { changesSection } from './changes-section'
import { detailsFold, failureHeading, failureSections, joinParts, phasesFold } from './failure-sections'
import { code, fenced, folded, prose } from './markdown'
import { readableTime } from './readable-time'
import { sizeChart } from './size-chart'
import { artifactsTable, checksumsAndKeys, contentTable, tablesTable } from './summary-tables'
import { tierAgesTable } from './tier-ages'
import { warningsSection } from './warnings-section'

/** Writes the job summary, free of secrets. Never throws. */
export async function writeSummary(runtime: Pick<Runtime, 'summary' | 'scrub'>, report: RunReport): Promise<void> {
  await runtime.summary(renderSummary(scrubReport(report, runtime.scrub)))
}

/** The job summary as Markdown. Scrub the report first: secrets are not found any more once they are escaped. */
export function renderSummary(report: RunReport): string {
  return joinParts(report.failure === undefined ? goodParts(report) : failedParts(report, report.failure))
}

function goodParts(report: RunReport): string[] {
  if (report.recent !== undefined) return skippedParts(report, report.recent)
  return [
    `## ✅ ${prose(report.slot ?? 'The recovery point')} is good${withWarnings(report)}`,
    `One recovery point of ${prose(report.taken ?? 'nothing')} was taken, checked and stored in **${formatDuration(runDurationMs(report))}**.`,
    placeAndTime(report),
    signatureLine(report),
    artifactsTable(report.artifacts),
    warningsSection(report.warnings),
    '### What is inside',
    contentTable(report.artifacts),
    report.artifacts.flatMap(({ notes = [] }) => notes.map(note => `- ${prose(note)}`)).join('\n'),
    skewLine(report),
    report.changes === undefined ? '' : changesSection(report.changes, report.startedAt),
    report.sizes === undefined ? '' : sizeChart(report.sizes),
    report.tiers === undefined ? '' : tierAgesTable(report.tiers, report.finishedAt),
    recoverySection(report),
    report.tables === undefined || report.tables.largest.length === 0
      ? ''
      : folded(tablesHeading(report.tables), tablesTable(report.tables.largest)),
    folded('Checksums and keys', checksumsAndKeys(report)),
    phasesFold(report),
  ]
}

function skippedParts(report: RunReport, recent: RecentPoint): string[] {
  const [heading, manual] = [
    `## ⏭️ Skipped: ${prose(recent.slot)} is recent`,
    'To take one all the same, start the workflow by hand with a `name`, or without `min-interval`.',
  ]
  return [
    heading,
    `${prose(skippedSentence(recent, report.finishedAt))}. ${manual}`,
    [`**Host** ${code(report.host)}`, bucketFact(report.store), `**Taken** ${readableTime(recent.takenAt)}`].join(
      ' · ',
    ),
    warningsSection(report.warnings),
  ]
}

function failedParts(report: RunReport, failure: NonNullable<RunReport['failure']>): string[] {
  return [
    failureHeading(failure, 'Backup'),
    placeAndTime(report),
    ...failureSections(failure),
    warningsSection(report.warnings),
    detailsFold(failure),
    phasesFold(report),
  ]
}

function withWarnings({ warnings }: RunReport): string {
  return warnings.length === 0 ? '' : `, with ${plural(warnings.length, 'warning')}`
}

function placeAndTime(report: RunReport): string {
  const { store, servedBy, startedAt, finishedAt } = report
  const time =
    report.failure === undefined ? `**Taken** ${readableTime(startedAt)}` : `**Ended** ${readableTime(finishedAt)}`
  const facts = [`**Host** ${code(report.host)}`, bucketFact(store), time]
  if (servedBy !== undefined) facts.push(`**Database** ${prose(servedBy)}`)
  return facts.join(' · ')
}

function signatureLine({ signer }: RunReport): string {
  if (signer === undefined) {
    return '**Not signed**: that takes a key, `ssh-key` or `signing-key`. Who can write to the bucket can change it unnoticed.'
  }
  return `**Signed by** ${code(signer.fingerprint)}. For \`signed-by\` of the other workflows: ${code(signer.line)}`
}

function skewLine({ skew }: RunReport): string {
  if (skew === undefined) return ''
  return `${prose(skew.of)} are **${formatDuration(skew.seconds * 1000)}** apart.`
}

function recoverySection({ recovery }: RunReport): string {
  if (recovery === undefined) return ''
  const { commands, note } = recovery
  return ['### How to get it back by hand', fenced([...commands], 'bash'), prose(note)].join('\n\n')
}

function tablesHeading({ total, largest }: NonNullable<RunReport['tables']>): string {
  return total === largest.length
    ? plural(total, 'table')
    : `The ${largest.length} largest of ${plural(total, 'table')}`
}
