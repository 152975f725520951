import { InputProblems, mapAll, readAll } from '../../../src/findings/read-all'
import { UserError } from '../../../src/runtime/errors'
import { refusal } from '../inputs/reading'

const fail = (message: string, advice?: string) => (): never => {
  throw new UserError(message, advice === undefined ? {} : { advice })
}

describe('readAll', () => {
  it('gathers what the readers return, also undefined', () => {
    expect(readAll({ a: () => 1, b: () => 'two', c: () => undefined })).toEqual({
      a: 1,
      b: 'two',
      c: undefined,
    })
  })

  it('throws the one error there is as it is', () => {
    const error = new UserError('First.')
    expect(() =>
      readAll({
        a: () => {
          throw error
        },
        b: () => 1,
      }),
    ).toThrow(error)
  })

  it('lists all errors, in order and from every depth, with their advice', () => {
    const error = refusal(() =>
      readAll({
        a: fail('First.', 'Mend the first.'),
        b: () => readAll({ c: fail('Second.'), d: fail('Third.', 'Mend the third.') }),
      }),
    )
    expect(error).toBeInstanceOf(InputProblems)
    expect(error.message).toBe('First. (The first of 3 problems with the inputs.)')
    expect(error.advice).toBe('Fix all of them before the next run: the log lists each one.')
    expect(error.detail).toEqual(['1. First. Mend the first.', '2. Second.', '3. Third. Mend the third.'])
  })

  it('keeps the detail of each error', () => {
    const withDetail = (): never => {
      throw new UserError('First.', { detail: ['seen: x'] })
    }
    expect(refusal(() => readAll({ a: withDetail, b: fail('Second.') })).detail).toEqual([
      '1. First.',
      '   seen: x',
      '2. Second.',
    ])
  })

  it('does not take a broken program for a wrong input', () => {
    const broken = new TypeError('broken')
    expect(() =>
      readAll({
        a: fail('First.'),
        b: () => {
          throw broken
        },
      }),
    ).toThrow(broken)
  })
})

describe('mapAll', () => {
  it('turns every item into something else', () => {
    expect(mapAll(['a', 'b'], (item, index) => `${item}${index}`)).toEqual(['a0', 'b1'])
  })

  it('lists the errors of all items', () => {
    const error = refusal(() => mapAll(['a', 'b', 'c'], item => (item === 'b' ? item : fail(`Wrong: ${item}.`)())))
    expect(error.detail).toEqual(['1. Wrong: a.', '2. Wrong: c.'])
  })
})
