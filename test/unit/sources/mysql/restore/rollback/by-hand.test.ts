import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { safetyKey } from '../../../../../../src/repository/names/safety-key'
import { restoreByHand } from '../../../../../../src/sources/mysql/restore/rollback/by-hand'

const s3 = { bucket: 'acme', prefix: 'running-backups', region: 'eu-central-1' }
const defaults = { characterSet: 'utf8mb4', collation: 'utf8mb4_bin' }

const putBack = (database: string) =>
  restoreByHand(s3, database, defaults, safetyKey(s3.prefix, '2026-11-23T13-05-02Z', database, { compression: 'gzip' }))

describe('restoreByHand', () => {
  it('drops what is there, makes it anew with its defaults, and imports the dump', () => {
    expect(putBack('shop')).toEqual([
      "mysql -e 'DROP DATABASE IF EXISTS `shop`;'",
      "mysql -e 'CREATE DATABASE IF NOT EXISTS `shop` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'",
      expect.stringMatching(
        /^aws s3 cp s3:\/\/acme\/running-backups\/before-restore\/2026-11-23T13-05-02Z\.shop\.database\.sql\.gz - \| gunzip \| LC_ALL=C sed .* \| mysql --user=SITE_USER --password --binary-mode --comments shop$/,
      ),
    ])
  })

  it('opens an encrypted dump first', () => {
    const [first, second, , last] = restoreByHand(s3, 'shop', defaults, 'k.sql.gz.age')
    expect([first, second]).toEqual(['ls key.txt', "mysql -e 'DROP DATABASE IF EXISTS `shop`;'"])
    expect(last).toMatch(/ - \| age -d -i key\.txt \| gunzip \| /)
  })

  it('names the endpoint of another store', () => {
    const store = { ...s3, endpoint: 'https://s3.example.com' }
    expect(restoreByHand(store, 'shop', defaults, 'k')[2]).toMatch(
      /^aws --endpoint-url https:\/\/s3\.example\.com s3 cp s3:\/\/acme\/k - /,
    )
  })

  const name = fc
    .array(
      fc.oneof(
        fc.constantFrom("'", '`', '"', '$', '\\', ';', '&', '|', '-', ' ', '$(id)', '!', '#'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
      ),
      { minLength: 1, maxLength: 8 },
    )
    .map(parts => parts.join('').replace(/\p{Cc}/gu, ''))
    .filter(text => text !== '')
  const names = [...fc.sample(name, { numRuns: 60, seed: 11 }), '-rf', "it's `x`", '$HOME', 'a && b', '%']

  it('is a line that a shell reads, whatever the name', () => {
    const script = names.map(each => putBack(each).join(' && ')).join('\n')
    expect(() => execFileSync('sh', ['-n'], { input: script, stdio: 'pipe' })).not.toThrow()
    expect(() => execFileSync('bash', ['-n'], { input: script, stdio: 'pipe' })).not.toThrow()
  })

  it('hands each program the very name, whatever it is', () => {
    // Programs that print their arguments, a NUL behind each.
    const stubs = `mysql() { printf '%s\\0' "$@"; }; aws() { :; }; gunzip() { :; }\n`
    const script = stubs + names.map(each => putBack(each).join(' && ')).join('\n')
    const printed = execFileSync('bash', [], { input: script, encoding: 'utf8' }).split('\0')
    const sql = (text: string) => text.replaceAll('`', '``')
    expect(printed.slice(0, -1)).toEqual(
      names.flatMap(each => [
        ...['-e', `DROP DATABASE IF EXISTS \`${sql(each)}\`;`],
        ...['-e', `CREATE DATABASE IF NOT EXISTS \`${sql(each)}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`],
        ...[
          '--user=SITE_USER',
          '--password',
          '--binary-mode',
          '--comments',
          ...(each.startsWith('-') ? ['--'] : []),
          each,
        ],
      ]),
    )
  })
})
