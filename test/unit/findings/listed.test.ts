import { listed, listedLines } from '../../../src/findings/listed'

describe('listed', () => {
  it.each([
    [[], 2, ''],
    [['a'], 2, 'a'],
    [['a', 'b'], 2, 'a, b'],
    [['a', 'b', 'c'], 2, 'a, b and 1 more'],
    [Array.from({ length: 2_502 }, () => 'a'), 2, 'a, a and 2,500 more'],
  ])('names %j, %s at most', (names, max, text) => {
    expect(listed(names, max)).toBe(text)
  })

  it('counts those that were not given', () => {
    expect(listed(['a', 'b'], 5, 7)).toBe('a, b and 5 more')
    expect(listed(['a', 'b'], 5, 2)).toBe('a, b')
  })
})

describe('listedLines', () => {
  it('puts what is left out on a line of its own', () => {
    expect(listedLines(['a', 'b', 'c'], 2)).toEqual(['a', 'b', '… and 1 more'])
    expect(listedLines(['a', 'b'], 2)).toEqual(['a', 'b'])
  })
})
