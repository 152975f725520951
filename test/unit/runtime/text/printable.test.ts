import fc from 'fast-check'
import { printable, printableLines } from '../../../../src/runtime/text/printable'

describe('printable', () => {
  it('leaves an ordinary line as it is, tabs and all', () => {
    const line = '\tdumped `orders` – 12 %: ok :: fine #1 [x] ü 漢字 🐘'
    expect(printable(line)).toBe(line)
  })

  it.each([
    ['\r', '\\r'],
    ['\n', '\\n'],
    ['\x1b[31m', '\\x1b[31m'],
    ['\0', '\\x00'],
    ['\x7f', '\\x7f'],
    ['\x85', '\\x85'],
    ['\u2028', '\\u2028'],
    ['\u202e', '\\u202e'],
    ['\u200b', '\\u200b'],
    ['\ufeff', '\\ufeff'],
    ['\ud800', '\\ud800'],
    ['\u{e0001}', '\\u{e0001}'],
  ])('makes %j visible', (character, shown) => {
    expect(printable(`a${character}b`)).toBe(`a${shown}b`)
  })

  it.each([
    ['::error::x', ': :error::x'],
    ['  ::add-mask::x', '  : :add-mask::x'],
    ['\t::stop-commands::x', '\t: :stop-commands::x'],
    [':\t:error::x', ':\t :error::x'],
    ['#\t#[group]x', '# \t#[group]x'],
    ['\u3000::error::x', '\u3000: :error::x'],
    ['##[group]x', '# #[group]x'],
    ['a ##[command]x', 'a # #[command]x'],
    ['###[error]x', '## #[error]x'],
    ['::error::##[error]', ': :error::# #[error]'],
  ])('defuses %j', (line, shown) => {
    expect(printable(line)).toBe(shown)
  })

  it('never yields a line that the runner takes for a command', () => {
    const pieces = fc.constantFrom(
      '::',
      ':',
      '##[',
      '#',
      '[',
      ']',
      'error',
      'add-mask',
      ' ',
      '\t',
      '\r',
      '\n',
      '\u2028',
      '\u0085',
      '\u00a0',
      '\u200d',
      '\u00ad',
      '\u034f',
      '\ufe0f',
      '\u0488',
      '\u0301',
      '\ufeff',
      '\0',
      '\x1b',
      '%0A',
      '\u{e0020}',
      '\u115f',
      'x',
    )
    const line = fc.oneof(
      fc.array(pieces, { maxLength: 14 }).map(parts => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 40 }),
    )
    fc.assert(
      fc.property(line, text => {
        const shown = printable(text)
        expect(shown).not.toMatch(/[\r\n\u0085\u2028\u2029\0]/)
        expect(actsAsCommand(shown)).toBe(false)
      }),
      { numRuns: 3000, examples: [[':\t::'], ['#\t#\t['], ['\u0301:\u0301\t:x']] },
    )
  })

  it('does not change what it has printed already', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(printable(printable(text))).toBe(printable(text))
      }),
    )
  })
})

describe('printableLines', () => {
  it('parts lines at LF and CRLF only, and defuses each', () => {
    expect(printableLines('a\r\n::error::b\n\nc\rd')).toEqual(['a', ': :error::b', '', 'c\\rd'])
  })
})

/** The runner's rule, with everything that has no weight of its own in a comparison taken out first. */
function actsAsCommand(line: string): boolean {
  const weighty = line.replace(/[\p{M}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
  return weighty.trimStart().startsWith('::') || weighty.includes('##[')
}
