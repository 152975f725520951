import { FailureError, UserError } from '../../../../src/runtime/errors'
import { parseTarget } from '../../../../src/sources/host/parse-target'

const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase()
const row = (...fields: string[]) => `${fields.join('\t')}\n`
const disk = (available: number | string) => `/dev/sda1 1000 500 ${available} 50% /srv`

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
  row('database-disk', disk(400))

describe('parseTarget', () => {
  it('reads what stands at each place, in the order they were asked for', () => {
    const text =
      row('uid', '1000') +
      row('place', '0', 'folder', 'yes', '/var/www') +
      row('place-mount', '0', '/') +
      row('place-disk', '0', disk(20)) +
      row('place', '1', 'absent', 'no', '/srv/a\tb') +
      row('place-mount', '1', '/srv/my disk') +
      row('place-disk', '1', '')
    expect(parseTarget(text, undefined)).toEqual({
      isRoot: false,
      tools: new Map(),
      leftovers: [],
      places: [
        { state: 'folder', isWritable: true, parent: '/var/www', mount: '/', freeBytes: 20 * 1024 },
        {
          state: 'absent',
          isWritable: false,
          parent: '/srv/a\tb',
          mount: '/srv/my disk',
          freeBytes: undefined,
        },
      ],
    })
  })

  it('reads the tools, who is asked, and what earlier restores left', () => {
    const text =
      row('uid', '0') +
      row('tool', 'tar', 'tar (GNU tar) 1.34') +
      row('tool', 'gzip', '') +
      row('leftover', '/srv/.html.restoring-x')
    const facts = parseTarget(text, undefined)
    expect(facts.isRoot).toBe(true)
    expect([...facts.tools]).toEqual([
      ['tar', 'tar (GNU tar) 1.34'],
      ['gzip', ''],
    ])
    expect(facts.leftovers).toEqual(['/srv/.html.restoring-x'])
  })

  it('reads what the database server has and can take', () => {
    const { database } = parseTarget(row('uid', '0') + server, undefined)
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
    expect(parseTarget(text, undefined).database?.accounts).toBeUndefined()
  })

  it('has no database where none was asked for', () => {
    const facts = parseTarget(row('uid', '0'), undefined)
    expect(facts).not.toHaveProperty('database')
    expect(facts).not.toHaveProperty('databaseProblem')
  })

  it('believes half an answer of the database server in nothing', () => {
    const problem = new UserError('The database refused the login.')
    const facts = parseTarget(row('uid', '0') + server, problem)
    expect(facts.database).toBeUndefined()
    expect(facts.databaseProblem).toBe(problem)
  })

  it.each([
    ['an empty answer', ''],
    ['an answer without a user', server],
    ['a place in a state of which nobody knows', row('uid', '0') + row('place', '0', 'odd', 'yes', '/')],
    ['a place without a state', row('uid', '0') + row('place', '0')],
    [
      'a place that is told twice',
      row('uid', '0') + row('place', '0', 'absent', 'yes', '/a') + row('place', '0', 'folder', 'yes', '/b'),
    ],
    ['a place out of turn', row('uid', '0') + row('place', '1', 'absent', 'yes', '/a')],
    [
      'a place on two disks',
      row('uid', '0') +
        row('place', '0', 'absent', 'yes', '/a') +
        row('place-mount', '0', '/') +
        row('place-mount', '0', '/srv'),
    ],
    ['a line of nobody', row('uid', '0') + server + row('surprise', 'x')],
  ])('makes nothing of %s', (_, text) => {
    expect(() => parseTarget(text, undefined)).toThrow(FailureError)
  })
})
