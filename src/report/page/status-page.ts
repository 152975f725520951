import { formatCount, plural } from '../../runtime/text/format-count'
import { formatDuration, formatPeriod } from '../../runtime/text/format-duration'
import { formatSize } from '../../runtime/text/format-size'
import { isRunUrl } from '../run-url'
import { readableTime } from '../summary/readable-time'
import { escaped, htmlPage } from './html'
import { sizesPart } from './page-sizes'
import { weekPart } from './page-week'
import type { StatusDocument } from './status-document'

/** The page of one prefix: static, one file, and what comes from elsewhere is text in it. */
export function renderStatusPage(status: StatusDocument): string {
  return htmlPage(`Backups of ${status.host}`, statusBody(status))
}

/** The same as a part of a page of many. `level`: of its heading. */
export function statusBody(status: StatusDocument, level: 'h1' | 'h2' = 'h1'): string {
  const { host, bucket, prefix, writtenAt, isComplete } = status
  return [
    `<${level}>Backups of ${escaped(host)}</${level}>`,
    `<p class="soft"><code>s3://${escaped(bucket)}/${escaped(prefix === '' ? '' : `${prefix}/`)}</code> · written ${time(writtenAt)}</p>`,
    banners(status),
    tiles(status),
    isComplete
      ? ''
      : '<p class="soft">The credentials of the backup may not list the bucket, so this page knows only its runs.</p>',
    weekPart(status),
    sizesPart(status),
    tiersPart(status),
    drillsPart(status),
    runsPart(status),
    level === 'h1'
      ? '<p class="soft">How to get a recovery point back without this tool is in <code>README.md</code> next to this page. Whoever may write to the bucket may change this page: a restore never relies on it.</p>'
      : '',
  ]
    .filter(part => part !== '')
    .join('\n')
}

/** The newest good one, what went wrong since, and whether a next one is overdue. */
function banners({ newest, runs, everySeconds, drills }: StatusDocument): string {
  const [last] = runs
  const [drill] = drills
  const failed = last !== undefined && last.result !== 'good' ? last : undefined
  const parts = [
    newest === null
      ? banner('bad', '❌ <b>There is no good recovery point.</b>')
      : banner(
          '',
          `✅ <b>Last good: ${escaped(newest.slot)}</b>, taken ${time(newest.takenAt)} (${age(newest.takenAt)}).`,
        ),
    failed === undefined
      ? ''
      : banner(
          'warn',
          `⚠️ <b>The last run ${resultWords[failed.result]}</b>, ${age(failed.endedAt)}. ${escaped(failed.what ?? '')} ${runLink(failed.runUrl)}`,
        ),
    drill?.status !== 'failed'
      ? ''
      : banner('bad', `❌ <b>The last drill failed</b>, ${age(drill.endedAt)}: ${escaped(drill.problem ?? '')}`),
  ]
  if (newest !== null) {
    const due = new Date(Date.parse(newest.takenAt) + 2 * (everySeconds ?? 86_400) * 1000).toISOString()
    const every = everySeconds === null ? 'day' : formatPeriod(everySeconds * 1000)
    parts.push(
      `<div class="banner bad" data-overdue-after="${due}" hidden>❌ <b>A backup is overdue.</b> One is due every ${every}. Either none was taken, or this page was not written again: look at the runs of the backup workflow.</div>`,
    )
  }
  return parts.filter(part => part !== '').join('\n')
}

const resultWords = { good: 'was good', suspect: 'is suspect', failed: 'failed', cancelled: 'was cancelled' } as const

function banner(kind: string, html: string): string {
  return `<div class="banner ${kind}">${html}</div>`
}

function tiles({ drills, missing, ring, everySeconds }: StatusDocument): string {
  const proven = drills.find(({ status }) => status === 'proven')
  const bytes = ring.flatMap(point => Object.values(point.bytes)).reduce((sum, each) => sum + each, 0)
  const all = [
    [
      'Last proven by a drill',
      proven === undefined ? 'none in the ring' : `${escaped(proven.slot)}<br>${age(proven.endedAt)}`,
    ],
    ['A restore took', proven?.restoreSeconds == null ? 'not known' : formatDuration(proven.restoreSeconds * 1000)],
    ['Gaps in seven days', everySeconds === null ? 'not known' : formatCount(missing.length)],
    ['The ring', `${plural(ring.length, 'recovery point')}<br>${formatSize(bytes)}`],
  ] as const
  return `<div class="tiles">${all.map(([name, value]) => `<div class="tile"><span class="soft">${name}</span><b>${value}</b></div>`).join('')}</div>`
}

function tiersPart({ tiers }: StatusDocument): string {
  if (tiers.length === 0) return ''
  const rows = tiers.map(({ name, count, newest, oldest }) => [
    name === 'ring' ? 'the ring' : escaped(`${name}/`),
    formatCount(count),
    newest === null ? '–' : age(newest),
    oldest === null ? '–' : age(oldest),
  ])
  return `<h2>How far back one can go</h2>${htmlTable(['', 'Recovery points', 'Newest', 'Oldest'], rows)}`
}

const drillsShown = 10

function drillsPart({ drills }: StatusDocument): string {
  if (drills.length === 0) return ''
  const rows = drills
    .slice(0, drillsShown)
    .map(({ slot, status, endedAt, restoreSeconds, problem, runUrl }) => [
      `<code>${escaped(slot)}</code>`,
      time(endedAt),
      status === 'proven' ? '✅ proven' : `❌ ${escaped(problem ?? 'failed')}`,
      restoreSeconds === null ? '–' : formatDuration(restoreSeconds * 1000),
      runLink(runUrl),
    ])
  return `<h2>Drills</h2>${htmlTable(['Recovery point', 'When', 'Result', 'Restored in', ''], rows)}`
}

function runsPart({ runs }: StatusDocument): string {
  if (runs.length === 0) return ''
  const mark = { good: '✅', suspect: '⚠️', failed: '❌', cancelled: '⏹️' } as const
  const rows = runs.map(({ endedAt, result, slot, what, runUrl }) => [
    time(endedAt),
    `${mark[result]} ${result}`,
    `${slot === null ? '' : `<code>${escaped(slot)}</code>`}${what === null ? '' : ` ${escaped(what)}`}`,
    runLink(runUrl),
  ])
  return `<h2>The last runs</h2>${htmlTable(['Ended', 'Result', '', ''], rows)}`
}

/** Cells are HTML. */
export function htmlTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = headings.map(heading => `<th>${heading}</th>`).join('')
  const body = rows.map(row => `<tr>${row.map(cell => `<td>${cell}</td>`).join('')}</tr>`).join('\n')
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`
}

/** A moment, by the clock of UTC. */
function time(iso: string): string {
  return `<time datetime="${escaped(iso)}">${readableTime(new Date(iso))}</time>`
}

/** The same, which becomes an age where scripts run. */
export function age(iso: string): string {
  return `<time datetime="${escaped(iso)}" data-age>${readableTime(new Date(iso))}</time>`
}

function runLink(url: string | null): string {
  return url !== null && isRunUrl(url) ? `<a href="${escaped(url)}">run</a>` : ''
}
