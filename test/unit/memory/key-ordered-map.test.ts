import fc from 'fast-check'
import { inKeyOrder, KeyOrderedMap } from '../../memory/key-ordered-map'

const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\ufffd', '😀'), maxLength: 4 })

describe('KeyOrderedMap', () => {
  it('holds what was set and not deleted, with its keys in the order of their bytes', () => {
    const steps = fc.array(fc.tuple(key, fc.option(fc.nat())), { maxLength: 30 })
    fc.assert(
      fc.property(steps, key, (changes, prefix) => {
        const map = new KeyOrderedMap<number>()
        const model = new Map<string, number>()
        for (const [name, value] of changes) {
          if (value === null) {
            map.delete(name)
            model.delete(name)
          } else {
            map.set(name, value)
            model.set(name, value)
          }
        }
        const sorted = [...model.keys()].sort(inKeyOrder)
        expect(map.keys()).toEqual(sorted)
        expect(map.keysUnder(prefix)).toEqual(sorted.filter(name => name.startsWith(prefix)))
        for (const name of sorted) expect(map.get(name)).toBe(model.get(name))
      }),
    )
  })

  it('goes by UTF-8, where a smiley comes behind U+FFFD', () => {
    expect(['😀', '\ufffd', 'z'].sort(inKeyOrder)).toEqual(['z', '\ufffd', '😀'])
  })
})
