import { formatChange } from '../../../../src/report/summary/change'

describe('formatChange', () => {
  it.each([
    [100, undefined, 'first'],
    [100, 100, 'no change'],
    [1_034_000, 1_000_000, '+34 kB (+3.4 %)'],
    [480_000, 1_000_000, '−520 kB (−52 %)'],
    [1_000_001, 1_000_000, '+1 B'],
    [5_000, 0, '+5 kB'],
    [0, 5_000, '−5 kB (−100 %)'],
  ])('shows %s after %s as %s', (bytes, previous, shown) => {
    expect(formatChange(bytes, previous)).toBe(shown)
  })
})
