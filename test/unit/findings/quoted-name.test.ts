import { quotedName } from '../../../src/findings/quoted-name'

describe('quotedName', () => {
  it.each([
    ['plain näme 😀', '"plain näme 😀"'],
    ['a\tb\nc\x1b[31m\x7f', '"a\\x09b\\x0ac\\x1b[31m\\x7f"'],
    ['safe\u202etxt.exe', '"safe\\u{202e}txt.exe"'],
    [Buffer.from([0x61, 0xff, 0xc3]), '"a\\xff\\xc3"'],
    [Buffer.from('ä'), '"ä"'],
  ])('shows %j as %s', (name, shown) => {
    expect(quotedName(name)).toBe(shown)
  })

  it('cuts what is too long', () => {
    expect(quotedName('😀'.repeat(300))).toBe(`"${'😀'.repeat(200)}…"`)
  })
})
