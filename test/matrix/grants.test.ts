import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { backupRun } from '../runner/backup-run'
import type { ActionRun } from '../runner/emulator'
import { expectRestored } from '../scenarios/restore/restore-run'
import { freshFolder } from '../servers/test-services'
import { onServers, type ServerUnderTest } from './servers'

const page = readFileSync(join(__dirname, '../../docs/without-installing.md'), 'utf8')
const backupLogin = { 'mysql-user': 'sitebackup', 'mysql-password': 'a long password' }
const restoreLogin = { 'mysql-user': 'mender', 'mysql-password': 'Another long password 1' }

/** Objects in the names of root, of the site and of an account without any rights. */
const shop = `
CREATE TABLE orders (id INT PRIMARY KEY, total INT, \`odd \`\`name\` INT);
INSERT INTO orders VALUES (1, 10, 1), (2, 20, 2), (3, 30, 3);
CREATE DEFINER = root@localhost VIEW of_root AS SELECT id FROM orders;
CREATE DEFINER = 'site'@'localhost' SQL SECURITY INVOKER VIEW of_site AS SELECT total FROM orders;
CREATE DEFINER = root@localhost TRIGGER by_root BEFORE INSERT ON orders FOR EACH ROW SET NEW.total = 7;
CREATE DEFINER = root@localhost PROCEDURE of_root() SELECT 1;
CREATE DEFINER = 'site'@'localhost' FUNCTION gives_one() RETURNS INT DETERMINISTIC RETURN 1;
CREATE DEFINER = 'quiet'@'localhost' EVENT later ON SCHEDULE EVERY 1 DAY STARTS '2036-01-01 00:00:00' DO DO 1;`

const accounts = (database: string) => `
CREATE USER 'site'@'localhost' IDENTIFIED BY 'A password 1'; GRANT ALL ON ${database}.* TO 'site'@'localhost';
CREATE USER 'quiet'@'localhost' IDENTIFIED BY 'A password 1';
CREATE USER 'o''x'@'10.%' IDENTIFIED BY 'A password 1'; GRANT SELECT (id, \`odd \`\`name\`), INSERT ON ${database}.orders TO 'o''x'@'10.%';
CREATE ROLE chiefs, editors; GRANT SELECT, UPDATE ON ${database}.* TO editors; GRANT editors TO chiefs;
CREATE USER 'reader'@'localhost' IDENTIFIED BY 'A password 1'; GRANT chiefs TO 'reader'@'localhost';
GRANT EXECUTE ON FUNCTION ${database}.gives_one TO 'reader'@'localhost';`
const users = ["'site'@'localhost'", "'quiet'@'localhost'", "'o''x'@'10.%'", "'reader'@'localhost'"]
const noAccounts = `DROP USER IF EXISTS ${users.join(', ')}; DROP ROLE IF EXISTS chiefs, editors;`

onServers('the rights that are printed', server => {
  let database: string
  let bucket: string
  let before: { contents: string[]; grants: string[] }

  const now = async () => ({
    contents: await server.contents(database),
    grants: (await Promise.all([...users, 'editors', 'chiefs'].map(each => grantsOf(server, each)))).flat(),
  })

  /** A dry run by the login for restores, after what the ones before printed was run. */
  async function untilGreen(inputs: Readonly<Record<string, string>>, statement: RegExp): Promise<ActionRun> {
    for (let round = 0; ; round++) {
      const run = await server.restore(bucket, { ...inputs, ...restoreLogin, 'dry-run': 'true' })
      if (run.conclusion === 'success') return run
      expect(round).toBeLessThan(3)
      await server.sql(printed(run, statement))
    }
  }

  beforeAll(async () => {
    await server.sql(noAccounts)
    database = await server.database(shop)
    await server.sql(accounts(database))
    before = await now()
  })

  it('suffice for a backup without a warning, as docs/without-installing.md has them', async () => {
    await server.sql(readmeGrants(server).replaceAll('`shop`', `\`${database}\``))
    const { manifest, main, run } = await server.backup({ databases: database, ...backupLogin })
    expect(manifest.warnings).toEqual([])
    expect(main.annotations.warning).toEqual([])
    bucket = run.bucket
    const dryRun = await backupRun(server.services, {
      inputs: {
        databases: database,
        ...backupLogin,
        'dry-run': 'true',
        'mirror-dir': await freshFolder(server.services),
      },
    })
    expect(dryRun.conclusion).toBe('success')
    expect(dryRun.main?.annotations.warning).toEqual([])
  })

  it('suffice for a restore, when all that a dry run prints was run', async () => {
    await server.sql(`DROP USER IF EXISTS mender@localhost; DROP DATABASE ${database}; ${noAccounts}`)
    await server.sql(`CREATE USER mender@localhost IDENTIFIED BY '${restoreLogin['mysql-password']}';`)
    let run = await untilGreen({}, /^\s*((?:GRANT|SET GLOBAL) (?!SET).*;)$/)
    const told = run.main?.log.join('\n') ?? ''
    run = await server.restore(bucket, restoreLogin)
    expectRestored(run)
    expect(run.main?.annotations.warning.map(({ title }) => title)).toEqual(['restore-remark'])
    // Told before anything was written.
    expect(told).toMatch(/in the name of .*root@localhost.* \(DEFINER\) are restored in the name of mender@localhost/)
    expect(await server.sql('SELECT * FROM of_root; SELECT gives_one(); CALL of_root();', database)).toBe(
      '1\n2\n3\n1\n1\n',
    )
  })

  it('keep the names of definers, except those that MySQL keeps for accounts with SYSTEM_USER', async () => {
    const grant = /^\s*(GRANT .*;)$/
    await server.sql(printed(await untilGreen(server.overwriting, grant), grant))
    let run = await untilGreen(server.overwriting, grant)
    const told = run.main?.log.join('\n') ?? ''
    run = await server.restore(bucket, { ...restoreLogin, ...server.overwriting })
    expectRestored(run)
    const definers = await server.sql(
      `SELECT DISTINCT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '${database}' UNION
       SELECT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '${database}' ORDER BY 1;`,
    )
    const ofRoot = server.flavor === 'mysql' ? 'mender@localhost' : 'root@localhost'
    expect(definers.split('\n').filter(line => line !== '')).toEqual(
      [ofRoot, 'quiet@localhost', 'site@localhost'].sort(),
    )
    expect(/may use the name of an account that has SYSTEM_USER/.test(told)).toBe(server.flavor === 'mysql')
  })

  it('make the accounts of the site again, when the next steps of a restore were run', async () => {
    await server.sql(noAccounts)
    const run = await server.restore(bucket, { ...server.overwriting })
    expectRestored(run)
    const steps = run.main?.summary.match(/```sql\n([\s\S]*?)```/)?.[1] ?? ''
    await server.sql(steps.replaceAll('…', 'A password 1'))
    expect(await now()).toEqual(before)
    const again = await server.restore(bucket, { ...server.overwriting })
    expect(again.main?.summary).not.toMatch(/CREATE (USER|ROLE)/)
  })
})

onServers('limits that a server sets for everybody', server => {
  it('leave no row out of a dump that is called good, and end none', async () => {
    const database = await server.database('CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3);')
    const time = server.flavor === 'mysql' ? 'max_execution_time = 1' : 'max_statement_time = 0.000001'
    await server.sql(`SET GLOBAL ${time};`)
    const whole = await server.backup({ databases: database }).finally(() => server.sql(`SET GLOBAL ${noLimit}`))
    expect(whole.manifest.warnings).toEqual([])
    await server.sql('SET GLOBAL sql_select_limit = 2;')
    const inputs = { databases: database, 'mirror-dir': await freshFolder(server.services) }
    const run = await backupRun(server.services, { inputs }).finally(() =>
      server.sql('SET GLOBAL sql_select_limit = DEFAULT;'),
    )
    expect(run.conclusion).toBe(server.flavor === 'mysql' ? 'success' : 'failure')
    if (server.flavor === 'mysql') {
      const restored = await server.restore(run.bucket, { databases: `${database}=${database}_copy` })
      expectRestored(restored)
      expect(await server.contents(`${database}_copy`)).toEqual(await server.contents(database))
    } else {
      expect(run.main?.annotations.error[0]?.message).toMatch(
        /gives 2 rows of each table to a dump.*SET GLOBAL sql_select_limit/s,
      )
    }
  })

  const noLimit = server.flavor === 'mysql' ? 'max_execution_time = 0;' : 'max_statement_time = 0;'

  it('and an expired password are told as what they are', async () => {
    await server.sql("CREATE USER late@localhost IDENTIFIED BY 'A password 1' PASSWORD EXPIRE;")
    const login = { 'mysql-user': 'late', 'mysql-password': 'A password 1' }
    const { main } = await backupRun(server.services, {
      inputs: { databases: 'shop', ...login, 'mirror-dir': await freshFolder(server.services) },
    })
    expect(main?.annotations.error[0]?.message).toMatch(/The password of the database user has expired/)
  })
})

/** What SHOW GRANTS says, without passwords. */
async function grantsOf(server: ServerUnderTest, account: string): Promise<string[]> {
  const lines = (await server.sql(`SHOW GRANTS FOR ${account};`)).split('\n').filter(line => line !== '')
  return lines.map(line => line.replace(/ IDENTIFIED .*/, '').replace(/\\+_/g, '_')).sort()
}

/** The statements of the page for this product. */
function readmeGrants({ flavor }: ServerUnderTest): string {
  const blocks = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql)
  const found = blocks.find(sql => sql.includes(flavor === 'mysql' ? 'SHOW_ROUTINE' : '`proc`')) ?? ''
  return `DROP USER IF EXISTS 'sitebackup'@'localhost';\n${found}`
}

/** Lines of SQL in the log of a run. */
function printed({ main }: ActionRun, line: RegExp): string {
  const found = (main?.log ?? []).flatMap(text => text.split('\n')).flatMap(text => line.exec(text)?.[1] ?? [])
  return [...new Set(found)].join('\n')
}
