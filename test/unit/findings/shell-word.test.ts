import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { shellWord } from '../../../src/findings/shell-word'

describe('shellWord', () => {
  it('leaves plain words alone', () => {
    expect(shellWord('s3://acme/Monday-13-00.sql.gz')).toBe('s3://acme/Monday-13-00.sql.gz')
  })

  it('quotes an empty word', () => {
    expect(shellWord('')).toBe("''")
  })

  it('writes control characters out', () => {
    expect(shellWord("a\n'\\\u2028")).toBe("$'a\\x0a\\'\\\\\\xe2\\x80\\xa8'")
  })

  it('writes out what a report would take apart as a workflow command', () => {
    expect(shellWord('##[error]x')).toBe("$'\\x23\\x23[error]x'")
    expect(shellWord('number #1')).toBe("'number #1'")
  })

  it('comes out of a real bash as it went in', () => {
    const word = fc.string({ unit: 'grapheme' }).map(text => text.replaceAll('\0', ''))
    const words = fc.sample(
      fc.oneof(
        word,
        fc.string({ unit: 'binary-ascii' }).map(text => text.replaceAll('\0', '')),
      ),
      { numRuns: 300, seed: 7 },
    )
    const script = words.map(text => `printf '%s\\0' ${shellWord(text)}`).join('\n')
    const output = execFileSync('bash', [], { input: script, encoding: 'utf8' })
    expect(output.split('\0').slice(0, -1)).toEqual(words)
  })

  it('is read back by bash to the same bytes where they are no text', () => {
    const words = [Buffer.from("/srv/caf\xe9's $x \n", 'latin1'), Buffer.from('/srv/ü')]
    const script = words.map(bytes => `printf '%s\\0' ${shellWord(bytes)}`).join('\n')
    const output = execFileSync('bash', [], { input: script })
    expect(output).toEqual(Buffer.concat(words.flatMap(bytes => [bytes, Buffer.alloc(1)])))
  })
})
