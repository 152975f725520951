import type { SizePoint } from '../../repository/catalog/size-history'
import { type KindName, kinds } from '../../repository/manifest/kinds/kinds'
import { fenced } from './markdown'

const pointsAtMost = 24

/** Mermaid charts of the sizes of the newest 24 recovery points, one per kind, from zero up; '' with fewer than two. */
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
  const values = known.map(({ bytes }) => String(Number((bytes / scale).toPrecision(4))))
  const labels = axisLabels(known.map(({ takenAt }) => takenAt))
  return fenced(
    [
      settings,
      'xychart-beta',
      `  title "${title}: stored by each of the last ${known.length} recovery points"`,
      `  x-axis [${labels.map(label => `"${label}"`).join(', ')}]`,
      `  y-axis "${units[power]}" 0 --> ${niceTop(most / scale)}`,
      `  bar [${values.join(', ')}]`,
    ],
    'mermaid',
  )
}

// The usual colour of the bars is next to white; the usual 700 are narrow for the labels of 24.
const settings = `%%{init: ${JSON.stringify({
  xyChart: {
    ...{ width: 900, height: 260, titleFontSize: 16 },
    xAxis: { labelFontSize: 12 },
    yAxis: { labelFontSize: 12, titleFontSize: 12 },
  },
  themeVariables: { xyChart: { plotColorPalette: '#4493f8' } },
})}}%%`

/** A round number a little above the highest bar. */
function niceTop(value: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(value, 1)))
  const top = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find(factor => factor * step >= value * 1.05) ?? 12
  return Number((top * step).toPrecision(3))
}

/**
 * Labels in UTC: `13:05` within a day, `Mon 13h` within six days, else `23 Nov`. Mermaid draws equal labels as one bar,
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
