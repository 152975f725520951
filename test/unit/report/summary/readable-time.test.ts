import { readableTime } from '../../../../src/report/summary/readable-time'

describe('readableTime', () => {
  it.each([
    ['2026-11-23T13:05:59.999Z', 'Mon 23 Nov 2026, 13:05 UTC'],
    ['2026-01-01T00:00:00+02:00', 'Wed 31 Dec 2025, 22:00 UTC'],
    ['2028-02-29T09:07:00Z', 'Tue 29 Feb 2028, 09:07 UTC'],
  ])('writes %s for a reader', (time, expected) => {
    expect(readableTime(new Date(time))).toBe(expected)
  })
})
