import fc from 'fast-check'
import { formatCount, plural } from '../../../../src/runtime/text/format-count'
import { formatDuration, formatPeriod } from '../../../../src/runtime/text/format-duration'
import { formatRate, formatSize } from '../../../../src/runtime/text/format-size'

describe('formatSize', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [1_234_000, '1.2 MB'],
    [12_345_678, '12.3 MB'],
    [99_949_999, '99.9 MB'],
    [99_950_000, '100 MB'],
    [240_000_000, '240 MB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [2_400_000_000, '2.4 GB'],
    [5_000_000_000_000, '5 TB'],
  ])('shows %d as %s', (bytes, shown) => {
    expect(formatSize(bytes)).toBe(shown)
  })

  it('is never off by more than the digits it shows, and never shows 1,000 of a unit', () => {
    const factors: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 }
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), bytes => {
        const [number, unit] = formatSize(bytes).split(' ')
        const shown = Number(number) * (factors[unit ?? ''] ?? Number.NaN)
        expect(Math.abs(shown - bytes)).toBeLessThanOrEqual(Math.max(bytes * 0.051, 0))
        expect(Number(number)).toBeLessThan(1000)
      }),
    )
  })
})

describe('formatRate', () => {
  it.each([
    [31_000_000, 1000, '31 MB/s'],
    [3_400_000, 1000, '3.4 MB/s'],
    [866_000, 1000, '866 kB/s'],
    [500, 2000, '250 B/s'],
    [500, 0, '–'],
  ])('shows %d bytes in %d ms as %s', (bytes, durationMs, shown) => {
    expect(formatRate(bytes, durationMs)).toBe(shown)
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [420, '0.4 s'],
    [9_940, '9.9 s'],
    [9_960, '10 s'],
    [26_400, '26 s'],
    [59_600, '1 m'],
    [98_000, '1 m 38 s'],
    [3_599_600, '1 h'],
    [7_500_000, '2 h 5 m'],
    [86_399_000, '1 d'],
    [273_600_000, '3 d 4 h'],
  ])('shows %d ms as %s', (durationMs, shown) => {
    expect(formatDuration(durationMs)).toBe(shown)
  })
})

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [2521, '2,521'],
    [1234567, '1,234,567'],
  ])('shows %d as %s', (count, shown) => {
    expect(formatCount(count)).toBe(shown)
  })
})

describe('plural', () => {
  it('has a form for one and one for all else', () => {
    expect([plural(0, 'file'), plural(1, 'file'), plural(2521, 'file')]).toEqual(['0 files', '1 file', '2,521 files'])
    expect(plural(2, 'directory', 'directories')).toBe('2 directories')
  })
})

describe('formatPeriod', () => {
  it.each([
    [3_600_000, 'hour'],
    [86_400_000, 'day'],
    [7_200_000, '2 h'],
    [1_800_000, '30 m'],
  ])('is what comes behind "every": %d ms is %s', (ms, text) => expect(formatPeriod(ms)).toBe(text))
})
