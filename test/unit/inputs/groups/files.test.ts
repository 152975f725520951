import { loadFiles } from '../../../../src/inputs/groups/files'
import { faultsOf, given, refusal } from '../reading'

describe('loadFiles', () => {
  it('has no paths and the default mirror when all inputs are empty', () => {
    expect(loadFiles(given())).toEqual({
      paths: [],
      exclude: [],
      mirrorDir: '~/.make-a-backup/mirror',
      compareContents: 'weekly',
      fullEvery: 'run',
    })
  })

  it('reads everything', () => {
    const inputs = {
      paths: '/var/www/html\n# uploads\n/srv/uploads/\n',
      exclude: '*.log\n/var/www/html/cache/\n',
      'mirror-dir': '/backup//mirror/',
      'compare-contents': 'daily',
      'rsync-bwlimit': '2.5M',
      'full-every': 'week',
    }
    expect(loadFiles(given(inputs))).toEqual({
      paths: ['/var/www/html', '/srv/uploads'],
      exclude: ['*.log', '/var/www/html/cache/'],
      mirrorDir: '/backup/mirror',
      compareContents: 'daily',
      fullEvery: 'week',
      bandwidthLimit: '2.5M',
    })
  })
})

describe('loadFiles: paths', () => {
  it.each([
    ['/var/www/html', '/var/www/html'],
    ['/var//www/html///', '/var/www/html'],
    ["/srv/it's here; $(x)", "/srv/it's here; $(x)"],
    ['/srv/-rf', '/srv/-rf'],
    ['/srv/..hidden/...', '/srv/..hidden/...'],
    ['/developers', '/developers'],
  ])('reads %s as %s', (value, path) => {
    expect(loadFiles(given({ paths: value })).paths).toEqual([path])
  })

  it('does not take a common beginning for the same folder', () => {
    expect(loadFiles(given({ paths: '/srv/web\n/srv/web2' })).paths).toEqual(['/srv/web', '/srv/web2'])
  })

  it.each([
    ['var/www', 'be absolute paths, got "var/www"', 'For example: /var/www/html'],
    ['~/site', 'be absolute paths, got "~/site"', 'Write the full path of the home folder, as in: /home/deploy/site'],
    ['/var/../etc', 'be absolute paths, got "/var/../etc"', 'Write the path without "." and "..".'],
    ['/var/./www', 'be absolute paths, got "/var/./www"', 'Write the path without "." and "..".'],
    ['/', 'name folders below the root, got "/"', 'For example: /var/www/html'],
    ['//', 'name folders below the root, got "/"', 'For example: /var/www/html'],
    ['/proc', 'name folders with real files, got "/proc"', 'This is a virtual file system of the kernel.'],
    [
      '/.make-a-backup',
      'name folders of a site, got "/.make-a-backup"',
      'The mirror has its own notes under this name.',
    ],
    ['/dev/shm', 'name folders with real files, got "/dev/shm"', 'This is a virtual file system of the kernel.'],
    ['/srv\n/srv/', 'name each folder once, got "/srv"', 'Remove the second mention.'],
    [
      '/srv/a/b\n/srv/a',
      'name no folder inside another, here "/srv/a", got "/srv/a/b"',
      'The outer one already contains it: remove it.',
    ],
  ])('refuses %j', (paths, rest, advice) => {
    const error = refusal(() => loadFiles(given({ paths })))
    expect(error.message).toBe(`Input "paths" must ${rest}.`)
    expect(error.advice).toBe(advice)
  })

  it('refuses control characters and paths that no system takes', () => {
    expect(refusal(() => loadFiles(given({ paths: '/srv/a\0b' }))).message).toBe(
      'Input "paths" must not contain control characters, got "/srv/a\\x00b".',
    )
    expect(refusal(() => loadFiles(given({ paths: `/${'x'.repeat(4095)}` }))).advice).toBe(
      'A path has at most 4095 bytes.',
    )
  })

  it('lists every wrong path', () => {
    const error = refusal(() => loadFiles(given({ paths: 'one\n/two\nthree' })))
    expect(error.faults).toHaveLength(2)
    expect(faultsOf(error)[1]).toBe('Input "paths" must be absolute paths, got "three". For example: /var/www/html')
  })
})

describe('loadFiles: mirror-dir', () => {
  it.each([
    ['~/mirror', '~/mirror'],
    ['~//a//mirror/', '~/a/mirror'],
    ['/var/backups/mirror', '/var/backups/mirror'],
    ['/srv/site/.mirror', '/srv/site/.mirror'],
  ])('reads %s as %s', (value, mirrorDir) => {
    expect(loadFiles(given({ paths: '/srv/site', 'mirror-dir': value })).mirrorDir).toBe(mirrorDir)
  })

  it.each([
    ['mirror', 'be an absolute path or begin with "~/", got "mirror"'],
    ['~other/mirror', 'be an absolute path or begin with "~/", got "~other/mirror"'],
    ['~', 'be an absolute path or begin with "~/", got "~"'],
    ['~/a/../..', 'be an absolute path or begin with "~/", got "~/a/../.."'],
    ['a\nb', 'be a single line without control characters, got "a\\nb"'],
    ['/', 'be a separate folder, got "/"'],
    ['~/', 'be a separate folder, got "~/"'],
    ['/srv/site', 'be a separate folder that does not contain the path "/srv/site", got "/srv/site"'],
    ['/srv/', 'be a separate folder that does not contain the path "/srv/site", got "/srv"'],
  ])('refuses %j', (value, rest) => {
    expect(refusal(() => loadFiles(given({ paths: '/srv/site', 'mirror-dir': value }))).message).toBe(
      `Input "mirror-dir" must ${rest}.`,
    )
  })
})

describe('loadFiles: rsync-bwlimit', () => {
  it.each(['0', '1', '0.5', '500', '1.5m', '10K', '1KB', '2MiB', '1G', '512', '0K'])('takes %s', value => {
    expect(loadFiles(given({ 'rsync-bwlimit': value })).bandwidthLimit).toBe(value)
  })

  it.each(['fast', '-5', '+5', '1e3', '5 M', '.5', '5.', '1X', '10M/s', '99999999G', 'true', '1K-1'])(
    'refuses %s',
    value => {
      expect(refusal(() => loadFiles(given({ 'rsync-bwlimit': value }))).message).toBe(
        `Input "rsync-bwlimit" must be a rate in the format of rsync, got "${value}".`,
      )
    },
  )

  it.each(['0.1', '0.49K', '0.5KB'])('refuses %s, which rsync finds too small', value => {
    expect(refusal(() => loadFiles(given({ 'rsync-bwlimit': value }))).message).toBe(
      `Input "rsync-bwlimit" must be at least 0.5 (512 bytes per second), or 0 for no limit, got "${value}".`,
    )
  })
})
