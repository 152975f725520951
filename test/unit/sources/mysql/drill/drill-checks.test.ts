import { checkAnswer } from '../../../../../src/sources/mysql/drill/drill-checks'

describe('judgeAnswer', () => {
  it.each(['1', '-1', '0.1', '1.', '.5', '1e3', '2026', '1\t0', '1'.repeat(65)])('takes %j for true', line => {
    expect(checkAnswer(line)).toBeUndefined()
  })

  it.each([
    [undefined, 'no row'],
    ['', 'nothing'],
    ['\t1', 'nothing'],
    ['NULL', 'NULL'],
    ['0', '0'],
    ['0.00\t1', '0.00'],
    ['-0', '-0'],
    ['0e0', '0e0'],
    ['\\0', 'a zero byte'],
    ['\0', 'a zero byte'],
  ])('takes %j for not true', (line, what) => {
    expect(checkAnswer(line)).toEqual({ problem: `is not true: it returned ${what}` })
  })

  it.each(['no', 'yes', '0 orders', ' ', '2026-11-23', '0x10', 'Infinity', '\u0001', '1'.repeat(65_536)])(
    'takes %j for no answer, and does not show it',
    line => {
      expect(checkAnswer(line)).toEqual({
        problem: 'is neither true nor false: it did not return a number',
        advice: expect.stringContaining('Use a comparison'),
      })
    },
  )
})
