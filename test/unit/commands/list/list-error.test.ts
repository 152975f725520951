import { tooOldError } from '../../../../src/commands/list/list-error'
import { UserError } from '../../../../src/runtime/errors'
import { anUnreadable, aPoint, aReport, someHours } from '../../report/a-list'

const minutes = 60_000

describe('tooOldError', () => {
  it('is none while the newest good one is young enough, to the millisecond', () => {
    const report = aReport(someHours(3))
    expect(tooOldError(report, 43 * minutes)).toBeUndefined()
    expect(tooOldError(report, 43 * minutes - 1)).toBeInstanceOf(UserError)
  })

  it('says which one it is, what is safe and what to do', () => {
    const runUrl = 'https://github.com/acme/shop/actions/runs/1'
    const newest = aPoint('Wednesday-11-00', '2026-11-25T11:17:05.500Z', { facts: { runUrl } })
    const error = tooOldError(aReport([newest, aPoint('x', '2026-11-24T11:17:00Z')]), 120 * minutes)
    expect(error?.message).toBe(
      'The newest good recovery point, Wednesday-11-00, was taken 5 h 43 m ago (2026-11-25T11:17:05Z), and "max-age" is 2 h.',
    )
    expect(error?.safe).toMatch(/^2 good recovery points in the bucket, Wednesday-11-00 the newest of them\./)
    expect(error?.advice).toMatch(/^Check the runs of the backup workflow: .*60 days without activity/)
    expect(error?.advice).toMatch(
      /The run that took Wednesday-11-00: https:\/\/github\.com\/acme\/shop\/actions\/runs\/1$/,
    )
  })

  it('names newer ones that do not count', () => {
    const suspect = aPoint('suspect/Wednesday-16-00', '2026-11-25T16:17:00Z', { verdict: 'suspect' })
    const older = aPoint('suspect/Monday', '2026-11-20T16:17:00Z', { verdict: 'suspect' })
    const good = aPoint('Wednesday-11-00', '2026-11-25T11:17:00Z')
    expect(tooOldError(aReport([suspect, good, older, anUnreadable('Monday-14-00')]), minutes)?.message).toMatch(
      / Not counted: suspect\/Wednesday-16-00 \(suspect, taken 43 m ago\), Monday-14-00 \(unreadable\)\.$/,
    )
    const many = Array.from({ length: 8 }, (_, index) => anUnreadable(`x${index}`))
    expect(tooOldError(aReport([good, ...many]), minutes)?.message).toMatch(/x4 \(unreadable\) and 3 more\.$/)
  })

  it('leaves it to others when there is no good one at all', () => {
    expect(tooOldError(aReport([anUnreadable('x')]), minutes)).toBeUndefined()
  })
})
