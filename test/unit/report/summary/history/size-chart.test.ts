import { sizeChart } from '../../../../../src/report/summary/history/size-chart'
import type { SizePoint } from '../../../../../src/repository/catalog/size-history'
import type { KindName } from '../../../../../src/repository/manifest/kinds/kinds'

const hourMs = 3_600_000

function points(count: number, stepMs: number, sizes: [KindName, number][] = []): SizePoint[] {
  return Array.from({ length: count }, (_, index) => ({
    slot: `hour-${index}`,
    takenAt: new Date(Date.UTC(2026, 10, 1, 0, 5) + index * stepMs),
    bytes: new Map<KindName, number>([['database', 1000 * (index + 1)], ...sizes]),
  }))
}

function labelsOf(chart: string): string[] {
  const axis = /x-axis \[(.*)\]/.exec(chart)?.[1] ?? ''
  return [...axis.matchAll(/"([^"]*)"/g)].map(match => match[1] ?? '')
}

/** As Mermaid takes them: white space at the ends does not count. */
function seen(labels: string[]): string[] {
  return labels.map(label => label.trim())
}

describe('sizeChart', () => {
  it('draws sizes as a line, in the unit of the largest', () => {
    const chart = sizeChart([
      { slot: 'b', takenAt: new Date('2026-11-23T13:06:00Z'), bytes: new Map([['database', 12_345_678]]) },
      { slot: 'a', takenAt: new Date('2026-11-23T12:06:00Z'), bytes: new Map([['database', 640_000]]) },
    ])
    expect(chart.split('\n')).toEqual([
      '```mermaid',
      expect.stringMatching(/^%%\{init: \{.*\}%%$/),
      'xychart-beta',
      '  title "Database: 640 kB to 12.3 MB, the last 2 recovery points"',
      '  x-axis ["12:06", "13:06"]',
      '  y-axis "MB" 0 --> 14.047',
      '  line [0.64, 12.346]',
      '```',
    ])
  })

  it('draws databases and files apart, each on its own scale', () => {
    const chart = sizeChart(points(3, hourMs, [['files', 2e9]]))
    expect(chart.match(/^```mermaid$/gm)).toHaveLength(2)
    expect(chart).toMatch(
      /title "Database:[^`]*"kB" 0.8 --> 3.2\n[^`]*```\n\n```mermaid[^`]*title "Files:[^`]*"GB" 1.95 --> 2.05/,
    )
  })

  it('draws nothing of fewer than two points', () => {
    expect(sizeChart([])).toBe('')
    expect(sizeChart(points(1, hourMs))).toBe('')
  })

  it('draws the newest 24', () => {
    const chart = sizeChart(points(40, hourMs))
    expect(/line \[(.*)\]/.exec(chart)?.[1]?.split(', ')).toHaveLength(24)
    expect(chart).toContain(', 40]')
    expect(chart).not.toContain('[16,')
  })

  it('gives every point a label of its own, a dozen of them to be read, the newest among them', () => {
    for (const stepMs of [0, 60_000, hourMs, 2 * hourMs, 24 * hourMs, 7 * 24 * hourMs]) {
      const labels = seen(labelsOf(sizeChart(points(24, stepMs))))
      expect(new Set(labels).size).toBe(24)
      expect(labels).not.toContain('')
      expect(labels.filter(label => /\d/.test(label)).length).toBeLessThanOrEqual(12)
    }
    expect(labelsOf(sizeChart(points(24, hourMs))).at(-1)).toBe('23:05')
    expect(labelsOf(sizeChart(points(24, 2 * hourMs))).at(-1)).toBe('Mon 22h')
    expect(labelsOf(sizeChart(points(24, 24 * hourMs))).at(-1)).toBe('24 Nov')
  })

  it('has an axis around all values that shows small changes, also for nothing at all', () => {
    for (const bytes of [0, 1, 999, 1000, 999_999, 123_456_789, 9.9e15]) {
      for (const change of [0, 0.001, 0.5]) {
        const sizes = [bytes, Math.round(bytes * (1 + change))]
        const chart = sizeChart(
          points(2, hourMs).map((point, index) => ({ ...point, bytes: new Map([['database', sizes[index] ?? 0]]) })),
        )
        const [from = Number.NaN, to = Number.NaN] = (/"\S+" (.*) --> (.*)/.exec(chart)?.slice(1) ?? []).map(Number)
        const values = (/line \[(.*)\]/.exec(chart)?.[1] ?? '').split(', ').map(Number)
        expect(from).toBeLessThanOrEqual(Math.min(...values))
        expect(to).toBeGreaterThan(Math.max(...values))
        expect(to).toBeLessThan(20_000)
        if (bytes > 1000 && change === 0.001) expect((to - from) / to).toBeLessThan(0.06)
      }
    }
  })
})
