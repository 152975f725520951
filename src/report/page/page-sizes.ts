import { kinds } from '../../repository/manifest/kinds/kinds'
import { formatSize } from '../../runtime/text/format-size'
import type { StatusDocument } from './status-document'

/** A line for each kind of data, on a scale that shows the change. '' with fewer than two recovery points. */
export function sizesPart({ ring }: StatusDocument): string {
  const byAge = ring.toSorted((one, other) => (one.takenAt < other.takenAt ? -1 : 1))
  const charts = kinds.flatMap(({ kind, title }) =>
    chart(
      title,
      byAge.flatMap(({ bytes }) => bytes[kind] ?? []),
    ),
  )
  return charts.length === 0 ? '' : `<h2>Sizes</h2>\n${charts.join('\n')}`
}

const [width, height] = [1000, 100]

function chart(title: string, values: readonly number[]): string[] {
  const [first, last] = [values[0], values.at(-1)]
  if (values.length < 2 || first === undefined || last === undefined) return []
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const shown = Math.max((most - least) * 1.2, most * 0.05, 1)
  const from = (least + most - shown) / 2
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * width
    const y = height - ((value - from) / shown) * height
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  const words = `${title}: ${[...new Set([first, last].map(formatSize))].join(' to ')}${between(least, most, [first, last])}`
  return [
    `<p class="soft">${words}</p>`,
    `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${words}"><polyline points="${points.join(' ')}"/></svg>`,
  ]
}

/** Where the ends do not show it. */
function between(least: number, most: number, ends: readonly number[]): string {
  if (least === Math.min(...ends) && most === Math.max(...ends)) return ''
  return `, between ${formatSize(least)} and ${formatSize(most)}`
}
