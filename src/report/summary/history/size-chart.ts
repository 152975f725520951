import type { SizePoint } from '../../../repository/catalog/size-history'
import { type KindName, kinds } from '../../../repository/manifest/kinds/kinds'
import { formatSize } from '../../../runtime/text/format-size'
import { fenced } from '../markdown'

const pointsAtMost = 24

/**
 * Mermaid charts of the sizes of the newest 24 recovery points, one per kind, as lines: the axis begins a little below the
 * smallest, so that a change shows. '' with fewer than two.
 */
export function sizeChart(points: readonly SizePoint[]): string {
  const shown = [...points].sort((a, b) => a.takenAt.getTime() - b.takenAt.getTime()).slice(-pointsAtMost)
  return kinds
    .map(({ kind, title }) => chart(title, shown, kind))
    .filter(part => part !== '')
    .join('\n\n')
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

function chart(title: string, points: readonly SizePoint[], kind: KindName): string {
  const known = points.flatMap(point => {
    const bytes = point.bytes.get(kind)
    return bytes === undefined ? [] : [{ takenAt: point.takenAt, bytes }]
  })
  if (known.length < 2) return ''
  const most = Math.max(...known.map(({ bytes }) => bytes))
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, most)) / 3)))
  const scale = 1000 ** power
  const values = known.map(({ bytes }) => bytes / scale)
  const { from, to } = axisOf(values)
  const first = known[0]?.bytes ?? 0
  const labels = axisLabels(known.map(({ takenAt }) => takenAt))
  return fenced(
    [
      settings,
      'xychart-beta',
      `  title "${title}: ${formatSize(first)} to ${formatSize(known.at(-1)?.bytes ?? 0)}, the last ${known.length} recovery points"`,
      `  x-axis [${labels.map(label => `"${label}"`).join(', ')}]`,
      `  y-axis "${units[power]}" ${from} --> ${to}`,
      `  line [${values.map(digits).join(', ')}]`,
    ],
    'mermaid',
  )
}

// The usual colour is next to white; the usual 700 are narrow for the labels of 24.
const settings = `%%{init: ${JSON.stringify({
  xyChart: {
    ...{ width: 900, height: 260, titleFontSize: 16 },
    xAxis: { labelFontSize: 12 },
    yAxis: { labelFontSize: 12, titleFontSize: 12 },
  },
  themeVariables: { xyChart: { plotColorPalette: '#4493f8' } },
})}}%%`

/** The share of the largest that the axis shows at least: a change of a thousandth must not look like a leap. */
const leastShown = 0.05

/** A little below the smallest and above the largest, and never below zero. */
function axisOf(values: readonly number[]): { from: number; to: number } {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const shown = Math.max((most - least) * 1.2, most * leastShown, 1e-9)
  const middle = (least + most) / 2
  const from = Math.max(0, middle - shown / 2)
  return { from: digits(from), to: digits(Math.max(from + shown, most === 0 ? 1 : 0)) }
}

/** Five digits: they show a change of a thousandth. */
function digits(value: number): number {
  return Number(value.toPrecision(5))
}

/**
 * Labels in UTC: `13:05` within a day, `Mon 13h` within six days, else `23 Nov`. Mermaid draws equal labels as one point,
 * so a repeated label, and one without space, becomes a blank that no other equals.
 */
function axisLabels(times: readonly Date[]): string[] {
  const first = times[0]?.getTime() ?? 0
  const spanMs = (times.at(-1)?.getTime() ?? first) - first
  const form = spanMs < dayMs ? clockTime : spanMs < 6 * dayMs ? dayAndHour : dayAndMonth
  const every = Math.ceil(times.length / 12)
  const seen = new Set<string>()
  return times.map((time, index) => {
    const label = form(time)
    const hasLabel = (times.length - 1 - index) % every === 0
    if (!hasLabel || seen.has(label)) return blank(index)
    seen.add(label)
    return label
  })
}

// Mermaid trims white space: the blank of Braille is none. The index in between, in binary.
function blank(index: number): string {
  const bits = index.toString(2).padStart(5, '0')
  return `\u2800${bits.replaceAll('0', '\u00a0').replaceAll('1', '\u2800')}\u2800`
}

const dayMs = 24 * 60 * 60 * 1000

function clockTime(time: Date): string {
  return time.toISOString().slice(11, 16)
}

function dayAndHour(time: Date): string {
  return `${time.toUTCString().slice(0, 3)} ${time.toISOString().slice(11, 13)}h`
}

function dayAndMonth(time: Date): string {
  return time.toUTCString().slice(5, 11)
}
