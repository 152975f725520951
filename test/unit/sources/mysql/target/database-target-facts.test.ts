import { FailureError, UserError } from '../../../../../src/runtime/errors'
import { parseDatabaseTarget } from '../../../../../src/sources/mysql/target/database-target-facts'

const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase()
const row = (...fields: string[]) => `${fields.join('\t')}\n`

const server =
  row('dump-tool', 'mariadb-dump  Ver 10.19') +
  row('server', hex('10.11.19-MariaDB'), hex('Debian 12')) +
  row('user', hex('root@localhost')) +
  row('visible', hex('shop')) +
  row('database', hex('shop'), 'utf8mb4', 'utf8mb4_general_ci') +
  row('grants', hex('GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost`\n')) +
  row('collation', 'utf8mb4_general_ci') +
  row('collation', 'UCA1400_AI_CI') +
  row('character-set', 'utf8mb4') +
  row('engine', 'InnoDB') +
  row('engine', 'Aria') +
  row('max_allowed_packet', '16777216') +
  row('datadir', '/var/lib/mysql/') +
  row('log_bin', 'OFF') +
  row('account', hex('root'), hex('localhost')) +
  row('account', hex("o'x"), hex('10.%')) +
  row('account', hex(''), hex('%')) +
  row('database-disk', '/dev/sda1 1000 500 400 50% /srv')

describe('parseDatabaseTarget', () => {
  it('reads what the database server has and can take', () => {
    const { database } = parseDatabaseTarget(row('uid', '0') + server, undefined)
    expect(database?.found.inventory).toMatchObject({
      server: { flavor: 'mariadb', version: '10.11.19' },
      user: 'root@localhost',
      dumpTool: 'mariadb-dump  Ver 10.19',
      databases: [{ name: 'shop' }],
    })
    expect(database).toMatchObject({
      collations: new Set(['utf8mb4_general_ci', 'uca1400_ai_ci']),
      characterSets: new Set(['utf8mb4']),
      engines: new Set(['innodb', 'aria']),
      accounts: new Set(['root@localhost', "o'x@10.%", '@%']),
      freeBytes: 400 * 1024,
      mount: '/srv',
    })
    expect(Object.fromEntries(database?.variables ?? [])).toEqual({
      max_allowed_packet: '16777216',
      datadir: '/var/lib/mysql/',
      log_bin: 'OFF',
    })
  })

  it('knows no accounts where the user may see none', () => {
    const text = row('uid', '0') + server.replaceAll(/^account.*\n/gm, '')
    expect(parseDatabaseTarget(text, undefined).database?.accounts).toBeUndefined()
  })

  it('has no database where the server was not asked', () => {
    const facts = parseDatabaseTarget(row('uid', '0'), undefined)
    expect(facts).not.toHaveProperty('database')
    expect(facts).not.toHaveProperty('problem')
  })

  it('believes half an answer of the database server in nothing', () => {
    const problem = new UserError('The database refused the login.')
    const facts = parseDatabaseTarget(row('uid', '0') + server, problem)
    expect(facts.database).toBeUndefined()
    expect(facts.problem).toBe(problem)
  })

  it.each([
    ['an empty answer', ''],
    ['an answer without a user', server],
    ['a line of nobody', row('uid', '0') + server + row('surprise', 'x')],
  ])('makes nothing of %s', (_, text) => {
    expect(() => parseDatabaseTarget(text, undefined)).toThrow(FailureError)
  })
})
