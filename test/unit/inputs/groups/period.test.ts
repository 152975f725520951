import { period } from '../../../../src/inputs/groups/period'
import { given, refusal } from '../reading'

const range = { min: '5m', max: '7d' }
const read = (value: string) => period(given({ 'max-age': value }), 'max-age', range)

describe('period', () => {
  it.each([
    ['5m', 300_000],
    ['90m', 5_400_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['7d', 604_800_000],
    ['168h', 604_800_000],
  ])('reads %s', (value, ms) => {
    expect(read(value)).toBe(ms)
  })

  it('is undefined when absent', () => {
    expect(read('')).toBeUndefined()
  })

  it.each([
    ['2', 'as in: 2h'],
    ['2 hours', 'as in: 2h'],
    ['90 min', 'as in: 90m'],
    ['2H', 'as in: 2h'],
    ['1 day', 'as in: 1d'],
    ['02h', 'as in: 2h'],
    ['30s', 'as in: 90m, 2h, 1d'],
    ['1w', 'as in: 90m, 2h, 1d'],
    ['1.5h', 'as in: 90m, 2h, 1d'],
    ['1h30m', 'as in: 90m, 2h, 1d'],
    ['-1h', 'as in: 90m, 2h, 1d'],
    ['0h', 'as in: 90m, 2h, 1d'],
    ['PT2H', 'as in: 90m, 2h, 1d'],
    ['9999999h', 'as in: 90m, 2h, 1d'],
  ])('refuses %s, and says how to write it', (value, example) => {
    const error = refusal(() => read(value))
    expect(error.message).toBe(`Input "max-age" must be a whole number of minutes, hours or days, got "${value}".`)
    expect(error.advice).toBe(`Write the number and m, h or d, ${example}`)
  })

  it.each(['4m', '8d', '169h'])('refuses %s, which is out of its range', value => {
    expect(refusal(() => read(value)).message).toBe(`Input "max-age" must be from 5m to 7d, got "${value}".`)
  })
})
