import { refusalOf } from '../../commands/refuse-errors'
import type { RestoreReport } from '../../commands/restore/restore-result'
import { runDurationMs } from '../../commands/run-facts'
import { isError } from '../../findings/finding'
import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatSize } from '../../runtime/text/format-size'
import { bucketFact } from './bucket-fact'
import { detailsFold, failureHeading, failureSections, joinParts, phasesFold, refusalHeading } from './failure-sections'
import { code, fenced, folded, prose, table } from './markdown'
import { checkedSections, preflightSection } from './preflight-section'
import { readableTime } from './readable-time'
import { stepsList } from './steps-list'
import { warningsSection } from './warnings-section'

/** The job summary of a restore, of a report already scrubbed. */
export function renderRestoreSummary(report: RestoreReport): string {
  return joinParts(report.failure === undefined ? goodParts(report) : failedParts(report, report.failure))
}

/** `Restored and compared: database shop (16 tables) from Monday-13-00, taken 2026-11-23T13:17:02Z, in 1 m 38 s` */
export function restoredSentence(report: RestoreReport): string {
  const { items, point } = report
  const things = items.map(({ noun, target, count }) => `${noun} ${target} (${count})`)
  const from = point === undefined ? '' : ` from ${point.name}, taken ${point.takenAt.toISOString()}`
  return `Restored and compared: ${things.join(', ')}${from}, in ${formatDuration(runDurationMs(report))}`
}

function goodParts(report: RestoreReport): string[] {
  const isDry = report.result === 'dry-run'
  return [
    isDry ? dryHeading(report) : '## ✅ Restored, and compared with the manifest',
    placeAndTime(report),
    isDry ? '' : `Everything was in its place after **${formatDuration(runDurationMs(report))}**.`,
    itemsTable(report),
    warningsSection(report.warnings),
    leftOutSection(report),
    rollbackSection(report),
    isDry && report.checks !== undefined ? preflightSection(report.checks, dryWords(report)) : '',
    nextSteps(report),
    phasesFold(report),
  ]
}

function dryHeading({ checks }: RestoreReport): string {
  const refusal = checks === undefined ? undefined : refusalOf(checks)
  return refusal === undefined ? '## 🔎 What a restore would do' : refusalHeading(refusal)
}

function dryWords(report: RestoreReport): { verdict: string; nothing: string } {
  const wrong = report.checks?.findings.filter(isError).length ?? 0
  return {
    verdict:
      wrong === 0 ? 'This restore can be done.' : `${plural(wrong, 'thing prevents', 'things prevent')} this restore.`,
    nothing: 'Nothing was written.',
  }
}

function failedParts(report: RestoreReport, failure: NonNullable<RestoreReport['failure']>): string[] {
  return [
    failureHeading(failure, 'Restore'),
    placeAndTime(report),
    ...failureSections(failure, { safe: 'What is where now' }),
    ...checksOf(report),
    report.items.length === 0 ? '' : folded('What was to be restored', itemsTable(report)),
    warningsSection(report.warnings),
    detailsFold(failure),
    phasesFold(report),
  ]
}

/** What is fine of a server to which nothing was written. The errors are what failed, the warnings have a section. */
function checksOf({ hasBegun, checks }: RestoreReport): string[] {
  if (hasBegun === true || checks === undefined) return []
  return checkedSections({ ...checks, findings: [] })
}

function placeAndTime({ point, host, store, startedAt }: RestoreReport): string {
  const facts = [`**Server** ${code(host)}`, bucketFact(store)]
  if (point === undefined) return facts.join(' · ')
  const age = formatDuration(Math.max(0, startedAt.getTime() - point.takenAt.getTime()))
  return [
    `**Recovery point** ${code(point.name)}`,
    `**Taken** ${readableTime(point.takenAt)}, ${age} before`,
    `**From** ${code(point.host)}`,
    signedBy(point),
    ...facts,
  ].join(' · ')
}

function signedBy({ signer, isAuthentic }: NonNullable<RestoreReport['point']>): string {
  if (signer === undefined) return '**Not signed**'
  return `**Signed by** ${code(signer)}${isAuthentic ? ', as `signed-by` requires' : ', not required: `signed-by` is empty'}`
}

function itemsTable(report: RestoreReport): string {
  const isDone = report.result === 'restored'
  const columns = [
    { heading: 'What' },
    { heading: 'Contents' },
    { heading: 'There before' },
    { heading: isDone ? 'Compared' : 'Then' },
    { heading: isDone ? 'Took' : 'Size', isNumber: true },
  ]
  return table(
    columns,
    report.items.map(item => [
      whatAndWhere(item),
      prose(item.holds),
      prose(item.before),
      isDone ? `✅ ${prose(item.proof ?? '')}` : prose(item.becomes),
      isDone ? formatDuration(item.durationMs ?? 0) : formatSize(item.bytes),
    ]),
  )
}

function whatAndWhere({ noun, name, target, partOf }: RestoreReport['items'][number]): string {
  const part = partOf === undefined ? '' : `, a part of ${code(partOf)}`
  return `${noun} ${code(name)}${part}${target === name ? '' : `<br>to ${code(target)}`}`
}

function leftOutSection({ items }: RestoreReport): string {
  const commands = items.flatMap(({ leftOut = [] }) => leftOut)
  if (commands.length === 0) return ''
  return `### What was left out\n\nThe warnings say why. Where it belongs to your site, these commands make it again, as root on the server:\n\n${fenced(commands, 'sh')}`
}

/** What is not in a recovery point. Names in it come from a manifest: text alone. */
function nextSteps({ nextSteps = [] }: RestoreReport): string {
  if (nextSteps.length === 0) return ''
  return `### Next steps\n\n${stepsList(nextSteps)}`
}

function rollbackSection({ items, safetyKeys, result }: RestoreReport): string {
  if (result !== 'restored') return ''
  const lines = [
    ...safetyKeys.map(key => `- What a database was: ${code(key)}`),
    ...items.flatMap(({ target, kept }) => (kept ? `- What ${code(target)} was: ${code(kept)}` : [])),
  ]
  if (lines.length === 0) return ''
  return `### How to roll back\n\n${lines.join('\n')}\n\nRemove them when they are no longer needed: nothing else removes them.`
}
