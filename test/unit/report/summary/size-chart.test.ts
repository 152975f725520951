import { sizeChart } from '../../../../src/report/summary/size-chart'
import type { SizePoint } from '../../../../src/repository/catalog/size-history'
import type { KindName } from '../../../../src/repository/manifest/kinds/kinds'

const hourMs = 3_600_000

function points(count: number, stepMs: number, sizes: [KindName, number][] = []): SizePoint[] {
  return Array.from({ length: count }, (_, index) => ({
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
  it('draws sizes from zero, in the unit of the largest', () => {
    const chart = sizeChart([
      { takenAt: new Date('2026-11-23T13:06:00Z'), bytes: new Map([['database', 12_345_678]]) },
      { takenAt: new Date('2026-11-23T12:06:00Z'), bytes: new Map([['database', 640_000]]) },
    ])
    expect(chart.split('\n')).toEqual([
      '```mermaid',
      expect.stringMatching(/^%%\{init: \{.*\}%%$/),
      'xychart-beta',
      '  title "Database: stored by each of the last 2 recovery points"',
      '  x-axis ["12:06", "13:06"]',
      '  y-axis "MB" 0 --> 15',
      '  bar [0.64, 12.35]',
      '```',
    ])
  })

  it('draws databases and files apart, each on its own scale', () => {
    const chart = sizeChart(points(3, hourMs, [['files', 2e9]]))
    expect(chart.match(/^```mermaid$/gm)).toHaveLength(2)
    expect(chart).toMatch(
      /title "Database:[^`]*"kB" 0 --> 4\n[^`]*```\n\n```mermaid[^`]*title "Files:[^`]*"GB" 0 --> 2.5/,
    )
  })

  it('draws nothing of fewer than two points', () => {
    expect(sizeChart([])).toBe('')
    expect(sizeChart(points(1, hourMs))).toBe('')
  })

  it('draws the newest 24', () => {
    const chart = sizeChart(points(40, hourMs))
    expect(/bar \[(.*)\]/.exec(chart)?.[1]?.split(', ')).toHaveLength(24)
    expect(chart).toContain(', 40]')
    expect(chart).not.toContain('[16,')
  })

  it('gives every bar a label of its own, a dozen of them to be read, the newest among them', () => {
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

  it('has a top above the highest bar, also for nothing at all', () => {
    for (const bytes of [0, 1, 999, 1000, 999_999, 123_456_789, 9.9e15]) {
      const chart = sizeChart(points(2, hourMs, [['database', bytes]]))
      const top = Number(/0 --> (.*)/.exec(chart)?.[1])
      const bar = Number(/bar \[([^,]*)/.exec(chart)?.[1])
      expect(top).toBeGreaterThan(bar)
      expect(bar).toBeLessThan(10_000)
    }
  })
})
