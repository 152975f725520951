import fc from 'fast-check'
import { code, fenced, folded, prose, table } from '../../../../src/report/summary/markdown'

describe('prose', () => {
  it('leaves ordinary sentences as they are', () => {
    const sentence = 'Table film_text (MyISAM) at 13:05 UTC: 12.3 MB, 50 %; see my.cnf! "quoted" isn\'t it?'
    expect(prose(sentence)).toBe(sentence)
  })

  it.each([
    ['a|b', 'a&#124;b'],
    ['`x`', '&#96;x&#96;'],
    ['<b>', '&#60;b&#62;'],
    ['&amp;', '&#38;amp;'],
    ['*a* _b_ ~c~', '&#42;a&#42; &#95;b&#95; &#126;c&#126;'],
    ['[a](b)', '&#91;a&#93;(b)'],
    ['a\\|b', 'a&#92;&#124;b'],
    ['@me', '&#64;&#8203;me'],
    ['error #1045', 'error &#35;&#8203;1045'],
    ['# heading', '&#35; heading'],
    ['https://x.y', 'https&#58;//x.y'],
    ['www.x.y', 'www&#46;x.y'],
    [':tada:', ':&#8203;tada:'],
    ['1. one', '1&#46; one'],
    ['- one', '&#45; one'],
    ['one\n---\n2', 'one<br>&#45;--<br>2'],
    ['$x$', '&#36;x&#36;'],
    ['\x1b[1m', '\\x1b[1m'.replaceAll('\\', '&#92;').replaceAll('[', '&#91;')],
  ])('shows %j as text', (text, markdown) => {
    expect(prose(text)).toBe(markdown)
  })

  it('is always one line without a mark that Markdown or HTML would act on', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const bare = prose(text)
          .replaceAll('<br>', '')
          .replace(/&#\d+;/g, '')
        expect(bare).not.toMatch(/[\n\r|`<>[\]\\*~&$@#]/)
      }),
    )
  })

  it('shows the text itself once its references are read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), text => {
        const read = prose(text)
          .replace(/&#8203;/g, '')
          .replace(/&#(\d+);/g, (_, digits) => String.fromCharCode(Number(digits)))
        expect(read).toBe(
          text
            .trim()
            .replace(/^::/, ': :')
            .replace(/#(?=#\[)/g, '# '),
        )
      }),
    )
  })
})

describe('code', () => {
  it('shows a name as code, control characters made visible', () => {
    expect(code('odd|`na\nme`')).toBe('<code>odd&#124;&#96;na&#92;nme&#96;</code>')
  })

  it('cannot be left from within', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(code(text).slice('<code>'.length, -'</code>'.length)).not.toMatch(/[<>|`\n\r]/)
      }),
    )
  })
})

describe('fenced', () => {
  it('has a fence longer than any run of backticks in its lines', () => {
    expect(fenced(['a', '````', 'b```c'], 'text')).toBe('`````text\na\n````\nb```c\n`````')
    expect(fenced(['a'])).toBe('```\na\n```')
  })

  it('parts lines and makes control characters visible', () => {
    expect(fenced(['a\nb\x1b'])).toBe('```\na\nb\\x1b\n```')
  })
})

describe('table', () => {
  it('puts numbers to the right', () => {
    expect(table([{ heading: 'A' }, { heading: 'B', isNumber: true }], [['x', '1']])).toBe(
      '| A | B |\n| :-- | --: |\n| x | 1 |',
    )
  })
})

describe('folded', () => {
  it('has the empty lines that Markdown within HTML needs', () => {
    expect(folded('More', '- a')).toBe('<details><summary>More</summary>\n\n- a\n\n</details>')
  })
})
