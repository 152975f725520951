import { newestSentence, periodRows, pointLine } from '../../../../src/commands/list/list-lines'
import { anUnreadable, aPoint, aReport, now, someHours } from '../../report/a-list'

describe('pointLine', () => {
  it('tells what a recovery point is, when it was really taken and what is in it', () => {
    expect(pointLine(aPoint('Wednesday-16-00', '2026-11-25T16:17:02.120Z'), now)).toBe(
      'Wednesday-16-00: good, taken 2026-11-25T16:17:02Z, 42 m 58 s ago, 12.3 MB (16 tables), 240 MB (2,521 files)',
    )
  })

  it('sums databases up, and leaves out a part that is not there', () => {
    const databases = [
      { name: 'shop', bytes: 1_000_000, tables: 16 },
      { name: 'blog', bytes: 500_000, tables: 1 },
    ]
    const line = (facts: object) => pointLine(aPoint('Monday', '2026-11-25T16:00:00Z', { facts }), now)
    expect(line({ databases, files: undefined })).toMatch(/, 1 h ago, 2 databases: 1\.5 MB \(17 tables\)$/)
    expect(line({ databases: [] })).toMatch(/, 1 h ago, 240 MB \(2,521 files\)$/)
  })

  it('marks stale, encrypted and proven ones', () => {
    const proof = { kind: 'proven' as const, provenAt: new Date('2026-11-24T04:43:00.000Z'), restoreSeconds: 98 }
    expect(
      pointLine(aPoint('Monday', '2026-11-16T16:00:00Z', { isStale: true, proof, facts: { isEncrypted: true } }), now),
    ).toBe(
      'Monday: good, taken 2026-11-16T16:00:00Z, 9 d 1 h ago, stale, 12.3 MB (16 tables), 240 MB (2,521 files), encrypted, proven 2026-11-24T04:43:00Z',
    )
  })

  it('says why one cannot be restored', () => {
    expect(pointLine(anUnreadable('Monday'), now)).toBe(
      'Monday: unreadable, of unknown age. The manifest "web1/Monday.manifest.json" is not JSON.',
    )
  })
})

describe('newestSentence', () => {
  it('names the newest good one, and how many there are', () => {
    const suspect = aPoint('suspect/Wednesday-16-30', '2026-11-25T16:30:00Z', { verdict: 'suspect' })
    expect(newestSentence(aReport([suspect, ...someHours(2), anUnreadable('Monday')]))).toBe(
      'hour-0 is the newest good recovery point, taken 43 m ago: one of 2 good ones',
    )
    expect(newestSentence(aReport(someHours(1)))).toMatch(/: the only good one$/)
    expect(newestSentence(aReport([suspect]))).toBe('There is no good recovery point')
  })
})

describe('periodRows', () => {
  const at = (...hours: number[]) => hours.map(hour => new Date(Date.UTC(2026, 10, 23, hour)))

  it('joins neighbours', () => {
    expect(periodRows(at(1, 3, 4, 5, 23, 24), 3_600_000)).toEqual([
      '2026-11-23T01:00:00Z',
      '2026-11-23T03:00:00Z to 2026-11-23T05:00:00Z (3)',
      '2026-11-23T23:00:00Z to 2026-11-24T00:00:00Z (2)',
    ])
    expect(periodRows([], 3_600_000)).toEqual([])
  })
})
