import { usualInterval } from '../../../../src/repository/catalog/usual-interval'

const hourMs = 3_600_000
const at = (hours: readonly number[]) => hours.map(hour => new Date(Date.UTC(2026, 10, 1) + hour * hourMs))

describe('usualInterval', () => {
  it('is the median, whatever hours were dropped and in whatever order', () => {
    expect(usualInterval(at([0, 1.1, 2, 5, 6, 7, 30, 31]))).toBe(hourMs)
    expect(usualInterval(at([24, 18, 12, 6, 0, 30, 48]))).toBe(6 * hourMs)
  })

  it('is not known of a few, or where there is no schedule of whole hours', () => {
    expect(usualInterval(at([0, 1, 2, 3, 4]))).toBeUndefined()
    expect(usualInterval(at([0, 0.1, 0.2, 0.3, 0.4, 0.5]))).toBeUndefined()
    expect(usualInterval(at([0, 100, 200, 300, 400, 500]))).toBeUndefined()
  })
})
