import type { RecentPoint, RunReport } from '../../commands/backup/run-report'
import { runDurationMs } from '../../commands/run-facts'
import type { Runtime } from '../../runtime/runtime'
import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatSize } from '../../runtime/text/format-size'
import { skippedSentence } from '../annotations'
import { scrubReport } from '../scrub'
import { bucketFact } from './bucket-fact'
import { changesSection } from './changes-section'
import { detailsFold, failureHeading, failureSections, joinParts, phasesFold } from './failure-sections'
import { lastProofLine } from './history/drill-lines'
import { sizeChart } from './history/size-chart'
import { tierAgesTable } from './history/tier-ages'
import { weekSection } from './history/week-section'
import { code, fenced, folded, prose } from './markdown'
import { readableTime } from './readable-time'
import { artifactsTable, checksumsAndKeys, tablesTable } from './summary-tables'
import { suspectSections } from './suspect-section'
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
    artifactsTable(report.artifacts),
    notesAndSkew(report),
    report.signer === undefined ? notSigned : '',
    warningsSection(report.warnings),
    report.changes === undefined ? '' : changesSection(report.changes, report.startedAt, report.edited),
    ...historySections(report),
    ...folds(report),
  ]
}

/** What the bucket has beside this recovery point. */
function historySections(report: RunReport): string[] {
  const { week, drills, sizes, tiers, finishedAt } = report
  return [
    week === undefined ? '' : weekSection(week, finishedAt),
    drills === undefined ? '' : lastProofLine(drills, finishedAt),
    tiers === undefined ? '' : tierAgesTable(tiers, finishedAt),
    sizes === undefined || sizes.length < 2 ? '' : `### Sizes\n\n${sizeChart(sizes)}`,
    costLine(report),
  ]
}

function folds(report: RunReport): string[] {
  const { tables } = report
  return [
    recoveryFold(report),
    tables === undefined || tables.largest.length === 0
      ? ''
      : folded(tablesHeading(tables), tablesTable(tables.largest)),
    folded('Checksums, keys and signature', [checksumsAndKeys(report), signatureLine(report)].join('\n\n').trim()),
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
  const { suspect, startedAt, week, drills, finishedAt } = report
  return [
    failureHeading(failure, 'Backup'),
    placeAndTime(report),
    lastGoodLine(report),
    ...failureSections(failure),
    ...(suspect === undefined ? [] : suspectSections(suspect, startedAt)),
    warningsSection(report.warnings),
    week === undefined ? '' : weekSection(week, finishedAt),
    drills === undefined || drills.length === 0 ? '' : lastProofLine(drills, finishedAt),
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

/** How old the newest good one is, of a run that stored none. */
function lastGoodLine({ lastGood, finishedAt }: RunReport): string {
  if (lastGood === undefined) return ''
  const age = formatDuration(finishedAt.getTime() - lastGood.takenAt.getTime())
  return `**The last good recovery point is ${age} old**: ${code(lastGood.slot)}, taken ${readableTime(lastGood.takenAt)}.`
}

function notesAndSkew({ artifacts, skew }: RunReport): string {
  const notes = artifacts.flatMap(({ notes = [] }) => notes.map(prose))
  if (skew !== undefined) notes.push(`${prose(skew.of)} are **${formatDuration(skew.seconds * 1000)}** apart.`)
  return notes.map(note => `- ${note}`).join('\n')
}

/** What the ring takes in the bucket, and what this run took. */
function costLine(report: RunReport): string {
  const { sizes, artifacts, baseBytes = 0, sparing } = report
  if (sizes === undefined || sizes.length === 0) return ''
  const bytes = sizes.flatMap(point => [...point.bytes.values()]).reduce((sum, each) => sum + each, baseBytes)
  const sent = report.sentBytes ?? artifacts.reduce((sum, each) => sum + each.bytes, 0)
  const bases = baseBytes === 0 ? '' : `, and ${formatSize(baseBytes)} of archives that they build on`
  const costs = `**What it costs** The ring takes **${formatSize(bytes)}** in the bucket (${plural(sizes.length, 'recovery point')}${bases}). This run sent ${formatSize(sent)} and took ${formatDuration(runDurationMs(report))} of a runner.`
  return sparing === undefined ? costs : `${costs}<br>${prose(sparing)}`
}

const notSigned =
  '**Not signed**: that takes a key, `ssh-key` or `signing-key`. Who can write to the bucket can change it unnoticed.'

function signatureLine({ signer }: RunReport): string {
  if (signer === undefined) return ''
  return `**Signed by** ${code(signer.fingerprint)}. For \`signed-by\` of the other workflows: ${code(signer.line)}`
}

function recoveryFold({ recovery }: RunReport): string {
  if (recovery === undefined) return ''
  const { commands, note } = recovery
  return folded('How to get it back by hand', [fenced([...commands], 'bash'), prose(note)].join('\n\n'))
}

function tablesHeading({ total, largest }: NonNullable<RunReport['tables']>): string {
  return total === largest.length
    ? plural(total, 'table')
    : `The ${largest.length} largest of ${plural(total, 'table')}`
}
