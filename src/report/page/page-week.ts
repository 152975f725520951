import { plural } from '../../runtime/text/format-count'
import { formatPeriod } from '../../runtime/text/format-duration'
import { isRunUrl } from '../run-url'
import { readableTime } from '../summary/readable-time'
import { cellMeanings, seenStates, type WeekCell, weekGrid } from '../week-grid'
import { escaped } from './html'
import type { StatusDocument } from './status-document'

/** The last seven days as a grid of hours; each cell leads to its run, where that is known. */
export function weekPart({ ring, missing, timezone, newest, writtenAt, everySeconds }: StatusDocument): string {
  if (ring.length === 0) return ''
  const points = ring.map(({ slot, takenAt, state }) => ({ slot, takenAt: new Date(takenAt), state }))
  const days = weekGrid({ timezone, points, missing: missing.map(each => new Date(each)) }, new Date(writtenAt))
  const links = new Map(ring.map(({ slot, runUrl }) => [slot, runUrl]))
  const head = Array.from({ length: 24 }, (_, hour) => `<th scope="col">${String(hour).padStart(2, '0')}</th>`).join('')
  const rows = days.map(({ name, hours }) => {
    const cells = hours.map(cell => cellHtml(cell, links.get(cell.point?.slot ?? '') ?? null, newest?.slot))
    return `<tr><th scope="row">${name.slice(0, 3)}<span>${name.slice(3)}</span></th>${cells.join('')}</tr>`
  })
  const key = seenStates(days).map(
    state => `<span><i class="${state}">${signs[state]}</i>${cellMeanings[state]}</span>`,
  )
  const gaps =
    missing.length === 0 || everySeconds === null
      ? ''
      : `<p class="soft">${plural(missing.length, 'gap')}: one is taken every ${formatPeriod(everySeconds * 1000)}.</p>`
  return `<h2>The last seven days, hour by hour (${escaped(timezone)})</h2>
<div class="wide"><table class="week"><thead><tr><th></th>${head}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>
<p class="key soft">${key.join('')}</p>${gaps}`
}

function cellHtml({ state, point }: WeekCell, runUrl: string | null, newest: string | undefined): string {
  const title =
    point === undefined
      ? cellMeanings[state]
      : `${point.slot}: ${cellMeanings[state]}, taken ${readableTime(point.takenAt)}`
  const sign = signs[state]
  const isNewest = point !== undefined && point.slot === newest
  const inner = runUrl !== null && isRunUrl(runUrl) ? `<a href="${escaped(runUrl)}">${sign || '·'}</a>` : sign
  return `<td class="${state}${isNewest ? ' newest' : ''}" title="${escaped(title)}">${inner}</td>`
}

/** Beside the colours. */
const signs: Readonly<Record<WeekCell['state'], string>> = {
  ...{ proven: '✓', good: '', stale: '…', suspect: '!', disproven: '×', unfit: '×', gap: '', none: '' },
}
