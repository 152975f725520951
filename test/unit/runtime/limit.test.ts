import { limit } from '../../../src/runtime/limit'

/** Work that ends when it is told to. */
function works() {
  const begun: string[] = []
  const ends = new Map<string, PromiseWithResolvers<string>>()
  return {
    begun,
    work: (name: string) => () => {
      begun.push(name)
      const end = Promise.withResolvers<string>()
      ends.set(name, end)
      return end.promise
    },
    end: (name: string) => ends.get(name)?.resolve(name),
    fail: (name: string, error: Error) => ends.get(name)?.reject(error),
  }
}

describe('limit', () => {
  it('lets so many run at once, and the others in order when their turn comes', async () => {
    const { begun, work, end } = works()
    const limited = limit(2)
    const all = ['a', 'b', 'c', 'd'].map(name => limited(work(name)))
    expect(begun).toEqual(['a', 'b'])
    end('b')
    expect(await all[1]).toBe('b')
    expect(begun).toEqual(['a', 'b', 'c'])
    end('a')
    await all[0]
    expect(begun).toEqual(['a', 'b', 'c', 'd'])
    end('c')
    end('d')
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd'])
    const late = limited(work('e'))
    end('e')
    expect(await late).toBe('e')
  })

  it('gives the turn on when work fails, also before its first wait', async () => {
    const { work, fail } = works()
    const limited = limit(1)
    const first = limited(work('a'))
    const second = limited(() => {
      throw new Error('at once')
    })
    const third = limited(async () => 'c')
    const error = new Error('later')
    fail('a', error)
    await expect(first).rejects.toBe(error)
    await expect(second).rejects.toThrow('at once')
    expect(await third).toBe('c')
  })
})
