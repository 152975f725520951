import { ExpectedPaths, pathBytes, plainPath } from '../../../../../src/sources/files/check/expected-paths'

describe('plainPath', () => {
  it.each([
    ['site', 'site'],
    ['site/', 'site'],
    ['site/.htaccess', 'site/.htaccess'],
    ['site/..a', 'site/..a'],
    ['site/a..', 'site/a..'],
    ['site/...', 'site/...'],
    ['..site/a', '..site/a'],
  ])('gives %s without a slash at its end', (name, plain) => {
    expect(plainPath(name)).toBe(plain)
  })

  it.each(['..', '../', '../etc/passwd', 'site/..', 'site/../', 'site/../../etc', './..', 'site//..', 'site/a/..'])(
    'refuses a step upwards, wherever it stands: %s',
    name => {
      expect(() => plainPath(name)).toThrow('entry with ".." in its name')
    },
  )

  it.each(['.', './', './site', 'site/.', 'site/./a', 'site//a', 'site//'])(
    'refuses a name that is not plain: %s',
    name => {
      expect(() => plainPath(name)).toThrow('"." or "//" in its name')
    },
  )

  it.each(['/etc/passwd', '/', '//site'])('refuses an absolute name: %s', name => {
    expect(() => plainPath(name)).toThrow('an absolute name')
  })
})

describe('ExpectedPaths', () => {
  it('takes the folders, what is in them, and the folders that lead to them', () => {
    const paths = new ExpectedPaths(['srv/site'])
    expect(paths.accept('srv/', true)).toEqual({ path: 'srv', isInside: false })
    expect(paths.accept('srv/site/', true)).toEqual({ path: 'srv/site', isInside: false })
    expect(paths.accept('srv/site/index.php', false)).toEqual({ path: 'srv/site/index.php', isInside: true })
    expect(() => paths.finish()).not.toThrow()
  })

  it.each([
    ['srv', false],
    ['srv/sites', true],
    ['srv/site2/a', false],
    ['etc', true],
  ])('refuses what is in none of them: %s (a folder: %s)', (name, isDirectory) => {
    expect(() => new ExpectedPaths(['srv/site']).accept(name, isDirectory)).toThrow('in none of its folders')
  })

  it('refuses an entry or a link that ends with a step upwards', () => {
    const paths = new ExpectedPaths(['site'])
    expect(() => paths.accept('site/..', true)).toThrow('".."')
    expect(() => paths.acceptTarget('site/link', 'site/..')).toThrow('".."')
  })

  it('refuses a hard link to what is outside', () => {
    const paths = new ExpectedPaths(['site'])
    expect(paths.acceptTarget('site/link', 'site/file')).toBe('site/file')
    expect(() => paths.acceptTarget('site/link', 'etc/passwd')).toThrow('leaves its folders')
  })

  it('misses a folder that did not occur', () => {
    const paths = new ExpectedPaths([pathBytes('größe'), 'site'])
    paths.accept('site', true)
    expect(() => paths.finish()).toThrow('does not hold "/')
  })
})
