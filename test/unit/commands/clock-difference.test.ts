import { clockDifference, clockWarning, refuseClock } from '../../../src/commands/clock-difference'
import { UserError } from '../../../src/runtime/errors'
import { clockAt } from '../clock-at'

const minute = 60_000
const there = '2026-11-23T13:05:02.000Z'

describe('clockDifference', () => {
  it.each([undefined, 0, minute, -minute])('is not worth a word at %s ms', aheadMs => {
    expect(clockDifference(clockAt(there, aheadMs))).toBeUndefined()
  })

  it('says which clock is off, by how much, and what was used', () => {
    const { what = '', fix, ...rest } = clockDifference(clockAt(there, 5 * minute)) ?? {}
    expect(rest).toEqual({ code: 'clock', level: 'warning' })
    expect(what).toMatch(
      /^The runner's clock is 5 m ahead of the store's: it is 2026-11-23T13:10:02\.000Z on the runner and 2026-11-23T13:05:02\.000Z in the store\./,
    )
    expect(what).toMatch(/The store's time is used.*Nothing is removed/)
    expect(fix).toContain('sudo timedatectl set-ntp true')
    expect(clockDifference(clockAt(there, -minute - 1))?.what).toMatch(/^The runner's clock is 1 m behind the store's/)
  })

  it.each([60 * minute, -60 * minute])('is an error from an hour on: %s ms', aheadMs => {
    const clock = clockAt(there, aheadMs)
    expect(clockDifference(clock)).toMatchObject({
      level: 'error',
      what: expect.stringContaining('No backup is taken'),
    })
    expect(() => refuseClock(clock)).toThrow(UserError)
    // A restore is not refused for a clock.
    expect(clockWarning(clock)).toMatchObject({
      level: 'warning',
      what: expect.stringContaining("store's time is used"),
    })
  })

  it('refuses nothing below that', () => {
    expect(() => refuseClock(clockAt(there, 60 * minute - 1))).not.toThrow()
  })
})
