import { mapAll, readAll } from '../../../src/findings/read-all'
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
        a: fail('First.', 'Fix the first.'),
        b: () => readAll({ c: fail('Second.'), d: fail('Third.', 'Fix the third.') }),
      }),
    )
    expect(error.message).toBe('3 things are wrong: (1) First. (2) Second. (3) Third.')
    expect(error.title).toBe('First, and 2 more')
    expect(error.faults.map(({ message, advice }) => [message, advice])).toEqual([
      ['First.', 'Fix the first.'],
      ['Second.', undefined],
      ['Third.', 'Fix the third.'],
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
    expect(error.faults.map(({ message }) => message)).toEqual(['Wrong: a.', 'Wrong: c.'])
  })
})
