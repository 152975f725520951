import { comparisonWord } from '../../../../../src/sources/files/plan/compare-contents'
import type { CompareContents } from '../../../../../src/sources/files/plan/folder-settings'

/** A Wednesday. */
const now = new Date('2026-11-25T23:30:00Z')

function word(every: CompareContents, comparedAt?: string, more: { timezone?: string; isReadable?: boolean } = {}) {
  return comparisonWord(every, { now, timezone: 'UTC', isReadable: true, ...more, comparedAt })
}

describe('comparisonWord', () => {
  it.each<[CompareContents, string | undefined, string]>([
    ['weekly', undefined, 'yes'],
    ['weekly', '2026-11-23T00:00:01Z', ''],
    ['weekly', '2026-11-22T23:59:59Z', 'yes'],
    ['weekly', '2025-11-25T23:00:00Z', 'yes'],
    // The clock was ahead then, or is behind now.
    ['weekly', '2026-12-01T00:00:00Z', 'yes'],
    ['daily', '2026-11-25T00:10:00Z', ''],
    ['daily', '2026-11-24T23:50:00Z', 'yes'],
    ['always', '2026-11-25T23:20:00Z', 'yes'],
    ['never', undefined, ''],
  ])('of %s, compared %s, is "%s"', (every, comparedAt, expected) => {
    expect(word(every, comparedAt)).toBe(expected)
  })

  it('begins days and weeks by the clock of the timezone', () => {
    const timezone = 'Asia/Tokyo'
    expect(word('daily', '2026-11-25T14:59:00Z', { timezone })).toBe('yes')
    expect(word('daily', '2026-11-25T15:01:00Z', { timezone })).toBe('')
    expect(word('weekly', '2026-11-22T15:01:00Z', { timezone })).toBe('')
  })

  it('is the period where the bucket does not say', () => {
    expect(word('weekly', undefined, { isReadable: false })).toBe('2026-11-23')
    expect(word('daily', undefined, { isReadable: false })).toBe('2026-11-25')
    expect(word('never', undefined, { isReadable: false })).toBe('')
  })
})
