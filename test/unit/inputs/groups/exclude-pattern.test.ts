import { loadFiles } from '../../../../src/inputs/groups/files'
import { given, refusal } from '../reading'

const site = '/var/www/html'
const load = (exclude: string, paths = site) => loadFiles(given({ exclude, paths })).exclude

describe('loadFiles: exclude', () => {
  it.each([
    ['*.log'],
    ['cache/'],
    ['html/cache/'],
    ['**/node_modules/'],
    ['a b'],
    ['-dash'],
    ['+plus'],
    ['[;]x'],
    ['[~]x'],
    ['**/!x'],
    ['merge'],
    ['include/'],
    ['P_x'],
    ['Invoice #1.pdf'],
    ['.git'],
    ['..hidden'],
    ['www'],
    [`${site}/cache/`],
    [`${site}/cache/**`],
    [`${site}/*.log`],
    ['/var/*/html/cache'],
    ['/var/www/h?ml/*/cache'],
    ['/var/www/[gh]tml/cache'],
    ['/var/**/cache'],
    ['/**/cache'],
    ['[!x]*'],
  ])('takes %s as it is', pattern => {
    expect(load(pattern)).toEqual([pattern])
  })

  it('drops the blanks around a pattern, and asks nothing of one while there are no paths', () => {
    expect(load('  cache/  ')).toEqual(['cache/'])
    expect(load('/elsewhere/cache', '')).toEqual(['/elsewhere/cache'])
  })

  const rules = 'be patterns, not filter rules'
  const names = 'be patterns that a name can match'
  const below = 'match something below "paths"'
  const something = 'leave something to back up'
  it.each([
    ['- *.log', rules, 'Write only the pattern: "*.log".'],
    ['+ keep', rules, 'Write only the pattern: "keep".'],
    ['-', rules, 'Write only the pattern. Every line is an exclusion.'],
    ['!', rules, 'A single "!" would clear all patterns before it.'],
    [
      '!keep',
      'be patterns of rsync, which cannot take anything back in',
      'so that no line matches "keep". For a name that really begins like this, write "**/!keep".',
    ],
    ['merge /etc/rules', rules, 'Patterns from files are not read. Write only the pattern: "/etc/rules".'],
    [': .rsync-filter', rules, 'Patterns from files are not read.'],
    ['exclude *.log', rules, 'Write only the pattern: "*.log".'],
    ['--exclude=*.log', rules, 'Write only the pattern: "*.log".'],
    ['P cache', rules, 'Write only the pattern: "cache".'],
    [';x', 'be patterns', 'Write [;] for a name that begins with a semicolon.'],
    ["'*.log'", names, 'Write it without quotes: "*.log".'],
    ['*.log # big', names, 'A comment needs a line of its own: write "*.log".'],
    ['~/cache', names, 'Write the full path of the home folder'],
    ['./cache/', names, 'write "cache/", or from the root of the server, as in "/var/www/html/cache/".'],
    ['/var//www/html/cache', names, 'write "/var/www/html/cache".'],
    ['../cache', names, 'Names never have ".." in them'],
    ['x'.repeat(256), names, 'A name has at most 255 bytes.'],
    ['*', something, 'This pattern matches everything.'],
    ['/**', something, 'This pattern matches everything.'],
    [site, something, `It excludes all of "${site}", which "paths" asks for.`],
    [`${site}/`, something, `as in: ${site}/cache/`],
    [`${site}/*`, something, 'It excludes all of'],
    ['/var/**', something, 'It excludes all of'],
    ['html', something, 'It excludes all of'],
    ['h*', something, 'It excludes all of'],
    ['www/html/', something, 'It excludes all of'],
    ['**/html', something, 'It excludes all of'],
    [
      '/cache/',
      below,
      `Write "${site}/cache/" for a place below "${site}", "cache/" for one anywhere, or remove the line.`,
    ],
    ['/home/deploy/cache', below, 'none of "paths" is there'],
    ['/var/www/html2/cache', below, 'none of "paths" is there'],
    ['/var/www/*.bak/x', below, 'none of "paths" is there'],
    ['/var/www/', below, `It is above "${site}", where nothing is excluded`],
  ])('refuses %s', (exclude, rule, advice) => {
    const error = refusal(() => load(exclude))
    expect(error.message).toContain(`Input "exclude" must ${rule}, got "${exclude.slice(0, 120)}`)
    expect(error.advice).toContain(advice)
  })

  it('looks at every folder of paths', () => {
    expect(load('/srv/b/cache', '/srv/a\n/srv/b')).toEqual(['/srv/b/cache'])
    expect(refusal(() => load('*.com', '/srv/a\n/srv/example.com')).advice).toContain('all of "/srv/example.com"')
  })
})
