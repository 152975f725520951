import { CheckError } from '../../../../../src/pipeline/check-error'
import { NameSet } from '../../../../../src/sources/mysql/check/name-set'

describe('NameSet', () => {
  it('takes as many names as it may, each once', () => {
    const names = new NameSet(3, 'tables')
    for (const name of ['a', 'b', 'a', 'c', 'c']) names.add(name)
    expect([...names]).toEqual(['a', 'b', 'c'])
    expect(() => names.add('d')).toThrow(new CheckError('The dump names more than 3 tables, which no server has.'))
    expect(names.add('a').size).toBe(3)
  })

  it('takes no more characters than so many names have', () => {
    const names = new NameSet(10, 'tables')
    names.add('x'.repeat(1_000))
    expect(() => names.add('y')).toThrow(CheckError)
  })
})
