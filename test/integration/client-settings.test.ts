import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { sendToJob } from '../../src/server/send-to-job'
import { optionFileLines } from '../../src/sources/mysql/client/option-file'
import { databaseServerOver } from '../../src/sources/mysql/database-server'
import { dumpArguments } from '../../src/sources/mysql/dump/dump-arguments'
import type { Connection } from '../../src/ssh/remote'
import { localShell } from '../servers/processes/local-shell'
import { freshDatabase, freshFolder, testServices, testSql } from '../servers/test-services'

const services = testServices()
const { user, password, socket } = services.mysql
/** The login is in ~/.my.cnf alone. */
const access = {}
const { signal } = new AbortController()
let home: string
let connection: Connection & { close(): void }
let database: string

beforeAll(async () => {
  home = await freshFolder(services)
  connection = localShell(['sh'], { PATH: process.env['PATH'], HOME: home })
  database = await freshDatabase(services)
  await testSql(
    services,
    "CREATE TABLE notes (id INT PRIMARY KEY, t TEXT); INSERT INTO notes VALUES (1, 'ü')",
    database,
  )
})
afterAll(() => connection.close())

/** The option file of a user who likes to work with the client. */
const settings = (...lines: string[]) =>
  writeFile(
    join(home, '.my.cnf'),
    ['[client]', ...optionFileLines({ user, password, socket }), '[mysql]', ...lines, ''].join('\n'),
    { mode: 0o600 },
  )

describe('a login by the option file of the server', () => {
  it.each([
    [
      [
        'table',
        'xml',
        'silent',
        'silent',
        'verbose',
        'skip-column-names',
        'skip-line-numbers',
        'unbuffered',
        'pager=cat',
      ],
    ],
    [['html', 'vertical', 'tee=/dev/null', 'show-warnings', 'column-type-info', 'auto-vertical-output', 'prompt=x']],
    [
      [
        'init-command=SELECT 7',
        'safe-updates',
        'select-limit=1',
        'delimiter=//',
        'raw',
        'named-commands',
        'force',
      ].concat('default-character-set=latin1', 'database=gone', 'reconnect'),
    ],
  ])('gives the same answers with %j', async lines => {
    await settings(...lines)
    const server = databaseServerOver(connection)
    const found = await server.inventory({ access, databases: [database], signal })
    expect(found.inventory.databases[0]?.tables.map(({ name }) => name)).toEqual(['notes'])
    // What only MySQL has comes before it.
    expect(found.inventory.accounts.rights.some(({ database: on }) => on === undefined)).toBe(true)
    const facts = await server.targetFacts({ access, databases: [database], signal })
    expect(facts.database?.variables.get('datadir')).toMatch(/^\//)
    const sql = `SELECT id, t FROM \`${database}\`.notes; SELECT HEX('ü');`
    expect(await server.runSql({ access, sql, name: 'a question', signal })).toBe('1\tü\nC3BC\n')
    const failing = server.runSql({ access, sql: 'SELECT 1 FROM gone.gone; SELECT 2;', name: 'a question', signal })
    await expect(failing).rejects.toThrow(/^A question failed at line 1: .*gone.* \(error 1146\)\.$/)
  })

  it('imports and dumps as ever', async () => {
    await settings('verbose', 'tee=/dev/null', 'safe-updates', 'delimiter=//', 'force', 'init-command=SELECT 7')
    const server = databaseServerOver(connection)
    const target = await freshDatabase(services)
    const request = {
      access,
      database: target,
      flavor: 'mariadb',
      compression: 'none',
      where: () => undefined,
      signal,
    } as const
    await sendToJob(await server.openImport(request), async input => {
      input.end("CREATE TABLE a (t TEXT);\nINSERT INTO a VALUES ('ü');\nUPDATE a SET t = CONCAT(t, '2');\n")
    })
    expect(await testSql(services, 'SELECT t FROM a', target)).toBe('ü2\n')
    const selection = { excluded: [], structureOnly: [] }
    const options = { database: target, selection, extra: [], canIgnoreTableData: true }
    const job = await server.openDump({
      ...{
        access,
        database: target,
        flavor: 'mariadb',
        arguments: dumpArguments(options),
        compression: { kind: 'none' },
        signal,
      },
    })
    expect(await text(job.body)).toContain("('ü2')")
    expect((await job.done).messages).toEqual([])
  })

  it.each(['one-database', 'execute=SELECT 1', 'wait'])('names the setting %s, which no option undoes', async line => {
    await settings(line)
    const [name = ''] = line.split('=')
    const server = databaseServerOver(connection)
    await expect(server.inventory({ access, databases: [database], signal })).rejects.toThrow(`sets "${name}"`)
  })
})
