import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { checkDump, type DumpCheckOptions } from '../../src/sources/mysql/check/dump-check'
import type { DumpContent } from '../../src/sources/mysql/check/dump-content'
import { ValueReading } from '../../src/sources/mysql/check/values/value-reading'
import { baseOptions } from '../../src/sources/mysql/dump/dump-arguments'
import { awkwardContent, awkwardDatabaseSql } from '../servers/database/awkward-database'
import { freshDatabase, testServices, testSql } from '../servers/test-services'

const services = testServices()

async function dump(database: string, check: DumpCheckOptions, more: readonly string[] = []): Promise<DumpContent> {
  const login = `--defaults-file=${services.mysql.clientConfig}`
  const { stdout } = await promisify(execFile)('mariadb-dump', [login, ...baseOptions, ...more, '--', database], {
    encoding: 'buffer',
    maxBuffer: 256 * 1024 * 1024,
  })
  const checking = checkDump(check)
  for (let at = 0; at < stdout.length; at += 10_007) checking.write(stdout.subarray(at, at + 10_007))
  return checking.finish()
}

describe('checkDump of a real database with everything', () => {
  let database: string
  beforeAll(async () => {
    database = await freshDatabase(services)
    await testSql(services, awkwardDatabaseSql, database)
  })

  it('tells what it needs, and finds the same as a backup', async () => {
    const { needs, ...content } = await dump(database, { needs: true })
    const { sha256: _, ...usual } = await dump(database, {})
    expect(content).toMatchObject(usual)
    expect(needs).toMatchObject({
      definers: ['root@localhost'],
      hasGtidPurged: false,
      usesDatabase: undefined,
      references: [],
      replaced: [],
      strangers: [],
      unusual: [],
    })
    expect(needs?.engines.toSorted()).toEqual(['Aria', 'InnoDB', 'MyISAM'])
    const listed = async (table: string, column: string) =>
      (await testSql(services, `SELECT ${column} FROM information_schema.${table}`)).split('\n')
    const sets = await listed('CHARACTER_SETS', 'CHARACTER_SET_NAME')
    const collations = await listed('COLLATIONS', 'COLLATION_NAME')
    expect(needs?.characterSets.filter(name => !sets.includes(name))).toEqual([])
    // Since MariaDB 10.10 some are listed once for all character sets, without the name of one.
    const isListed = (name: string) => collations.includes(name) || collations.includes(name.replace(/^[^_]+_/, ''))
    expect(needs?.collations.filter(name => !isListed(name))).toEqual([])
    expect(needs?.characterSets).toEqual(expect.arrayContaining(['latin1', 'utf8mb4']))
    const largest = Math.max(...content.tables.map(({ bytes }) => bytes))
    // The tool begins a new statement at a megabyte.
    expect(needs?.longestStatementBytes).toBeGreaterThan(largest / 2)
    expect(needs?.longestStatementBytes).toBeLessThanOrEqual(2 ** 20)
  })

  it.each([
    ['--skip-extended-insert'],
    ['--complete-insert', '--replace'],
    ['--insert-ignore', '--skip-hex-blob'],
    ['--no-autocommit', '--add-drop-trigger'],
    ['--skip-opt', '--skip-tz-utc', '--skip-set-charset'],
    ['--dump-history'],
  ])('writes nothing unusual with %s', async (...more) => {
    const { needs } = await dump(database, { needs: true }, more)
    expect(needs?.unusual).toEqual([])
  })

  it.each([
    ['a statement for every row', ['--skip-extended-insert']],
    ['in small statements', ['--net-buffer-length=4096']],
    ['with columns', ['--complete-insert']],
    ['as REPLACE', ['--replace']],
    ['without hexadecimal digits', ['--skip-hex-blob']],
  ])('reads the same values, dumped %s', async (_, more) => {
    const [names, sequences] = [awkwardContent.tables, awkwardContent.sequences]
    const usual = new ValueReading(new Set([...names, ...sequences]))
    await dump(database, { values: usual })
    const other = new ValueReading(new Set([...names, ...sequences]), usual)
    await dump(database, { values: other }, more)
    expect([...usual.tables.keys()].sort()).toEqual([...names, ...sequences].sort())
    for (const [name, { rows, sum }] of usual.tables) {
      expect([name, other.tables.get(name)]).toMatchObject([name, { rows, sum, strangers: 0 }])
      if (sequences.some(each => each === name)) continue
      const quoted = `\`${name.replaceAll('`', '``')}\``
      expect([name, rows]).toEqual([name, Number(await testSql(services, `SELECT COUNT(*) FROM ${quoted}`, database))])
    }
  })
})
