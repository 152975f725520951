import type { RunReport } from '../../commands/backup/run-report'
import { recoveryCommands } from '../../commands/recovery-commands'
import { runDurationMs } from '../../commands/run-facts'
import type { Runtime } from '../../runtime/runtime'
import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { scrubReport } from '../scrub/scrub-report'
import { bucketFact } from './bucket-fact'
import { changesSection } from './changes-section'
import { code, fenced, folded, prose } from './markdown'
import { readableTime } from './readable-time'
import { sizeChart } from './size-chart'
import { artifactsTable, checksumsAndKeys, contentTable, phasesTable, tablesTable } from './summary-tables'
import { tierAgesTable } from './tier-ages'
import { warningsSection } from './warnings-section'

/** Writes the job summary, free of secrets. Never throws. */
export async function writeSummary(
  runtime: Pick<Runtime, 'summary' | 'scrub'>,
  report: RunReport,
): Promise<void> {
  await runtime.summary(renderSummary(scrubReport(report, runtime.scrub)))
}

/**
 * The job summary as GitHub-flavoured Markdown. Every text of the report is shown as text, wherever it comes from. The report
 * is to be free of secrets already: they are not found any more once they are escaped.
 */
export function renderSummary(report: RunReport): string {
  const parts = report.failure === undefined ? goodParts(report) : failedParts(report, report.failure)
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

function goodParts(report: RunReport): string[] {
  return [
    `## ✅ ${prose(report.slot ?? 'The recovery point')} is good${withWarnings(report)}`,
    `${whatWasTaken(report)} was taken, checked and stored in **${formatDuration(runDurationMs(report))}**.`,
    placeAndTime(report),
    artifactsTable(report.artifacts),
    warningsSection(report.warnings),
    '### What is inside',
    contentTable(report.artifacts),
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

function failedParts(report: RunReport, failure: NonNullable<RunReport['failure']>): string[] {
  const tail = failure.detail.slice(-detailLines)
  const cut = failure.detail.length - tail.length
  return [
    failure.kind === 'cancelled' ? '## ⏹️ The backup was cancelled' : '## ❌ The backup failed',
    placeAndTime(report),
    `### What ${failure.kind === 'cancelled' ? 'happened' : 'failed'}\n\n${prose(failure.what)}`,
    `### What is still safe\n\n${prose(failure.safe)}`,
    `### What to do next\n\n${prose(failure.advice)}`,
    warningsSection(report.warnings),
    tail.length === 0
      ? ''
      : folded(
          cut === 0 ? 'Details' : `Details: the last ${plural(tail.length, 'line')}`,
          fenced(tail, 'text'),
        ),
    phasesFold(report),
  ]
}

const detailLines = 60

function whatWasTaken({ artifacts }: RunReport): string {
  const databases = artifacts.filter(({ source }) => source.kind === 'database').length
  const hasFiles = artifacts.some(({ source }) => source.kind === 'files')
  const nouns = [
    databases === 0 ? '' : databases === 1 ? 'the database' : `${databases} databases`,
    hasFiles ? 'the files' : '',
  ]
  const words = nouns.filter(noun => noun !== '').join(' and ')
  return `One recovery point of ${words}`
}

function withWarnings({ warnings }: RunReport): string {
  return warnings.length === 0 ? '' : `, with ${plural(warnings.length, 'warning')}`
}

function placeAndTime(report: RunReport): string {
  const { store, database, startedAt, finishedAt } = report
  const time =
    report.failure === undefined
      ? `**Taken** ${readableTime(startedAt)}`
      : `**Ended** ${readableTime(finishedAt)}`
  const facts = [`**Host** ${code(report.host)}`, bucketFact(store), time]
  if (database !== undefined)
    facts.push(`**Database** ${prose(`${flavorName(database.flavor)} ${database.version}`)}`)
  return facts.join(' · ')
}

function flavorName(flavor: string): string {
  return { mariadb: 'MariaDB', mysql: 'MySQL' }[flavor.toLowerCase()] ?? flavor
}

function skewLine({ skewSeconds }: RunReport): string {
  if (skewSeconds === undefined) return ''
  return `Database and files stand **${formatDuration(Math.abs(skewSeconds) * 1000)}** apart.`
}

function recoverySection(report: RunReport): string {
  return [
    '### How to get it back by hand',
    fenced(recoveryCommands(report), 'bash'),
    recoveryNote(report),
  ].join('\n\n')
}

function recoveryNote({ artifacts }: RunReport): string {
  const hasFiles = artifacts.some(({ source }) => source.kind === 'files')
  return hasFiles
    ? 'Run as root on the server that is to have it. The tar line writes to the places the files came from.'
    : 'Run on the server that is to have it.'
}

function tablesHeading({ total, largest }: NonNullable<RunReport['tables']>): string {
  return total === largest.length
    ? plural(total, 'table')
    : `The ${largest.length} largest of ${plural(total, 'table')}`
}

function phasesFold({ phases }: RunReport): string {
  return phases.length === 0 ? '' : folded('Where the time went', phasesTable(phases))
}
