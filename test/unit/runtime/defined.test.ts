import { defined } from '../../../src/runtime/defined'

describe('defined', () => {
  it('leaves out what is undefined, and nothing else', () => {
    expect(defined({ a: undefined, b: '', c: 0, d: false, e: null })).toStrictEqual({
      b: '',
      c: 0,
      d: false,
      e: null,
    })
  })
})
