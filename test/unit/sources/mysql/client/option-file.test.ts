import { locationArguments, optionFileLines } from '../../../../../src/sources/mysql/client/option-file'

describe('optionFileLines', () => {
  it('quotes every value, with backslashes and double quotes escaped', () => {
    expect(optionFileLines({ user: 'a b', password: 'p"a\\ss\'w #1$(id)' })).toEqual([
      'user="a b"',
      'password="p\\"a\\\\ss\'w #1$(id)"',
    ])
  })

  it('keeps an empty password, which is not the same as none', () => {
    expect(optionFileLines({ user: 'a', password: '' })).toEqual(['user="a"', 'password=""'])
  })

  it('has nothing to say when nothing is given', () => {
    expect(optionFileLines({})).toEqual([])
  })

  it('refuses a line break, which would begin a new option', () => {
    expect(() => optionFileLines({ user: 'a\nhost=evil' })).toThrow('line break')
  })
})

describe('locationArguments', () => {
  it.each([
    [{ socket: '/run/m.sock' }, ['--socket=/run/m.sock']],
    [{ host: 'db', port: 3307 }, ['--host=db', '--port=3307']],
    [{ port: 3307 }, ['--host=127.0.0.1', '--port=3307']],
    [{ host: 'localhost', port: 3307 }, ['--host=localhost', '--protocol=tcp', '--port=3307']],
    [{ host: 'localhost' }, ['--host=localhost']],
  ])('turns %j into %j, so that a port is never ignored for a socket', (access, expected) => {
    expect(locationArguments(access)).toEqual(expected)
  })
})
