import { shown } from '../../../src/findings/wrong-input'
import { choice, flag, lines, optional, required, secret, text, wholeNumber } from '../../../src/inputs/read'
import { given, refusal } from './reading'

describe('text', () => {
  it('returns the value, and an empty one as it is', () => {
    expect(text(given({ name: 'value' }), 'name')).toBe('value')
    expect(text(given(), 'name')).toBe('')
  })

  it.each([
    ['a\nb', '"a\\nb"'],
    ['a\r\nb', '"a\\r\\nb"'],
    ['a\tb', '"a\\tb"'],
    ['a\0b', '"a\\x00b"'],
    ['a\u001b[31mb', '"a\\x1b[31mb"'],
    ['a\u0085b', '"a\\x85b"'],
  ])('refuses %j', (value, seen) => {
    expect(refusal(() => text(given({ name: value }), 'name')).message).toBe(
      `Input "name" must be a single line without control characters, got ${seen}.`,
    )
  })
})

describe('optional', () => {
  it('returns undefined for an absent value and the value otherwise', () => {
    expect(optional(given(), 'name')).toBeUndefined()
    expect(optional(given({ name: '  ' }), 'name')).toBeUndefined()
    expect(optional(given({ name: '0' }), 'name')).toBe('0')
  })
})

describe('required', () => {
  it('returns the value', () => {
    expect(required(given({ name: 'value' }), 'name', 'Write one.')).toBe('value')
  })

  it('names the input and what to write when it is absent', () => {
    const error = refusal(() => required(given(), 'name', 'Write one.'))
    expect(error.message).toBe('Input "name" is required, got nothing.')
    expect(error.advice).toMatch(/check its name\. Write one\.$/)
  })
})

describe('flag', () => {
  it.each(['true', 'True', 'TRUE'])('takes %s for true', value => {
    expect(flag(given({ name: value }), 'name')).toBe(true)
  })

  it.each(['false', 'False', 'FALSE'])('takes %s for false', value => {
    expect(flag(given({ name: value }), 'name')).toBe(false)
  })

  it('returns undefined when absent', () => {
    expect(flag(given(), 'name')).toBeUndefined()
  })

  it.each(['yes', 'no', 'on', 'off', '1', '0', 'tRUE', 'truee', 'true,', 'null'])('refuses %s', value => {
    expect(refusal(() => flag(given({ name: value }), 'name')).message).toBe(
      `Input "name" must be true or false, got "${value}".`,
    )
  })
})

describe('wholeNumber', () => {
  const range = { min: 1, max: 65535 }

  it.each([
    ['1', 1],
    ['22', 22],
    ['65535', 65535],
  ])('reads %s', (value, number) => {
    expect(wholeNumber(given({ 'ssh-port': value }), 'ssh-port', range)).toBe(number)
  })

  it('reads 0 where the range allows it', () => {
    expect(wholeNumber(given({ name: '0' }), 'name', { min: 0, max: 5 })).toBe(0)
  })

  it('returns undefined when absent', () => {
    expect(wholeNumber(given(), 'ssh-port', range)).toBeUndefined()
  })

  it.each([
    ['22a'],
    ['0'],
    ['65536'],
    ['99999999999999999999'],
    ['-22'],
    ['+22'],
    ['22.0'],
    ['2e1'],
    ['0x16'],
    ['022'],
    ['2 2'],
    ['22,'],
    ['٢٢'],
    ['true'],
    ['NaN'],
    ['Infinity'],
  ])('refuses %s', value => {
    expect(refusal(() => wholeNumber(given({ 'ssh-port': value }), 'ssh-port', range)).message).toBe(
      `Input "ssh-port" must be a whole number from 1 to 65535, got "${value}".`,
    )
  })
})

describe('choice', () => {
  const choices = ['gzip', 'zstd', 'none'] as const

  it.each(choices)('takes %s', value => {
    expect(choice(given({ compression: value }), 'compression', choices)).toBe(value)
  })

  it('returns undefined when absent', () => {
    expect(choice(given(), 'compression', choices)).toBeUndefined()
  })

  it.each(['bzip2', 'GZIP', 'gzip zstd', 'constructor'])('refuses %s', value => {
    expect(refusal(() => choice(given({ compression: value }), 'compression', choices)).message).toBe(
      `Input "compression" must be gzip, zstd or none, got "${value}".`,
    )
  })
})

describe('lines', () => {
  it('returns one trimmed item per line and leaves out blank lines and comments', () => {
    const value = '\n  one\t\n\n# a comment\r\n  # another\r\ntwo three\rfour # not a comment\n'
    expect(lines(given({ list: value }), 'list')).toEqual(['one', 'two three', 'four # not a comment'])
  })

  it('returns nothing for an absent input and for comments alone', () => {
    expect(lines(given(), 'list')).toEqual([])
    expect(lines(given({ list: '# nothing yet\n' }), 'list')).toEqual([])
  })

  it.each([
    ['one\ntw\0o', '"tw\\x00o"'],
    ['one\ntw\to', '"tw\\to"'],
    ['\u001b]0;title\u0007', '"\\x1b]0;title\\x07"'],
  ])('refuses control characters inside an item: %j', (value, seen) => {
    expect(refusal(() => lines(given({ list: value }), 'list')).message).toBe(
      `Input "list" must not contain control characters, got ${seen}.`,
    )
  })
})

describe('secret', () => {
  it('masks the value, also one of several lines', () => {
    const read = given({ password: 'four', key: 'first line\nsecond line' })
    expect(secret(read, 'password')).toBe('four')
    expect(secret(read, 'key')).toBe('first line\nsecond line')
    expect(read.secrets).toEqual(['four', 'first line\nsecond line'])
  })

  it('returns undefined and masks nothing when absent', () => {
    const read = given()
    expect(secret(read, 'password')).toBeUndefined()
    expect(read.secrets).toEqual([])
  })

  it.each(['q', 'qx', 'qxz'])('refuses %s, which is too short to be masked, without showing it', value => {
    const read = given({ password: value })
    const error = refusal(() => secret(read, 'password'))
    expect(error.message).toBe('Input "password" is a secret of fewer than 4 characters.')
    expect(`${error.message} ${error.advice}`).not.toContain(value)
    expect(read.secrets).toEqual([])
  })
})

describe('shown', () => {
  it.each([
    ['plain', '"plain"'],
    ['Zoë 日本', '"Zoë 日本"'],
    ['a\u202eb\u200bc\ufeffd', '"a\\u202eb\\u200bc\\ufeffd"'],
    ['::add-mask::x', '": :add-mask::x"'],
    ['mysql://root:hunter2@db', '"mysql:***@db"'],
    ['root:hunter2@db', '"root:***@db"'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA', 'a private key'],
    ['PuTTY-User-Key-File-3: ssh-ed25519', 'a private key'],
  ])('shows %j as %s', (value, seen) => {
    expect(shown(value)).toBe(seen)
  })

  it('cuts long values between characters', () => {
    expect(shown('😀'.repeat(121))).toBe(`"${'😀'.repeat(120)}…"`)
    expect(shown('x'.repeat(120))).toBe(`"${'x'.repeat(120)}"`)
  })
})
