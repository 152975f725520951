import fc from 'fast-check'
import { LineCutter } from '../../../src/server/line-cutter'

function cut(chunks: readonly Buffer[], longest = 1_000): string[] {
  const cutter = new LineCutter(longest)
  return [...chunks.flatMap(chunk => [...cutter.lines(chunk)]), ...cutter.last()]
}

describe('LineCutter', () => {
  it('finds the same lines in whatever pieces the bytes come', () => {
    const text = fc.array(fc.constantFrom('a', 'größe', '\n', '\r\n', '\r', ' '), { maxLength: 60 })
    fc.assert(
      fc.property(text, fc.array(fc.nat(20)), (words, sizes) => {
        const whole = Buffer.from(words.join(''))
        const chunks: Buffer[] = []
        let at = 0
        for (const size of sizes) {
          chunks.push(whole.subarray(at, at + size))
          at += size
        }
        const lines = words
          .join('')
          .split(/[\r\n]+/)
          .filter(line => line !== '')
        expect(cut([...chunks, whole.subarray(at)])).toEqual(lines)
      }),
    )
  })

  it('drops what a line has beyond its limit, and reads the next one', () => {
    expect(cut([Buffer.from('abcdef'), Buffer.from('ghi\njk'), Buffer.from('l')], 4)).toEqual(['abcd', 'jkl'])
  })
})
