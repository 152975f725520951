import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { awkwardDatabaseSql } from '../../servers/database/awkward-database'
import { checksumDatabase } from '../../servers/database/checksum-database'
import { type SiteServer, startSiteServer } from '../../servers/site-server'
import { freshDatabase, freshDatabaseName, freshFolder, testServices, testSql } from '../../servers/test-services'
import { type GoodBackup, goodBackup } from '../good-backup'
import { expectRefused, expectRestored, overwriting, restoreRun } from './restore-run'

const services = testServices()
let source: string
let backup: GoodBackup
/** Another database server than that of the backup. */
let site: SiteServer

beforeAll(async () => {
  source = await freshDatabase(services)
  await testSql(services, awkwardDatabaseSql, source)
  // Due in every second, once the scheduler is on.
  await testSql(
    services,
    `CREATE EVENT due ON SCHEDULE EVERY 1 SECOND DO UPDATE many SET t = CONCAT(t, '!') WHERE id < 1000;
     CREATE DEFINER = 'ghost'@'localhost' VIEW ghostly AS SELECT id FROM plain;`,
    source,
  )
  backup = await goodBackup(services, { inputs: { databases: source } })
  site = await startSiteServer(services, await freshFolder(services))
})
afterEach(() => sql(`DROP DATABASE IF EXISTS ${source}`))
afterAll(() => site?.stop())

const sql = (text: string, database?: string) => site.mariadb.sql(text, database)

function restore(inputs: Readonly<Record<string, string>> = {}) {
  return restoreRun(site.services, backup.run.bucket, { inputs })
}

describe('a restore', () => {
  it('is not disturbed by events that are due, and has them when it is done', async () => {
    await sql('SET GLOBAL event_scheduler = ON')
    try {
      expectRestored(await restore())
      await expect(ticked()).resolves.toBe(true)
    } finally {
      await sql('SET GLOBAL event_scheduler = OFF')
    }
  })

  it('tells of users that the dump names and the server lacks', async () => {
    const run = await restore()
    expectRestored(run)
    const warning = run.main?.annotations.warning.find(({ message }) => message.includes('ghost@localhost'))
    expect(warning?.message).toMatch(
      /users that this server does not have: ghost@localhost.*CREATE USER 'ghost'@'localhost'/,
    )
  })

  it('names every right that is missing at once, and goes well once the statements it prints were run', async () => {
    await site.mariadb.createUser('restorer', 'a long password', [`SELECT ON \`${source}\`.*`])
    const inputs = {
      'mysql-user': 'restorer',
      'mysql-password': 'a long password',
    }
    const refused = await restore(inputs)
    expectRefused(refused, [/may not do everything that a restore into "db_\w+" needs/])
    const told = refused.main?.log.join('\n') ?? ''
    expect(told).toMatch(/are restored in the name of restorer@localhost.*GRANT SET USER/s)
    const statements = told.match(/GRANT [^;]+;/g) ?? []
    expect(statements.length).toBeGreaterThan(1)
    for (const statement of new Set(statements)) await sql(statement)
    // Rights that were missing can hide others.
    const again = await restore(inputs)
    for (const statement of new Set((again.main?.log.join('\n') ?? '').match(/GRANT [^;]+;/g) ?? []))
      await sql(statement)
    expectRestored(again.conclusion === 'success' ? again : await restore(inputs))
    expect(await checksumDatabase(sql, source)).toEqual(
      await checksumDatabase((text, database) => testSql(services, text, database), source),
    )
  })

  it('makes a copy under another name, whose views mean the copy', async () => {
    try {
      expectRestored(await restore({ databases: `${source}=another_name` }))
      const views = await sql(
        "SELECT VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = 'another_name'",
      )
      expect(views).toContain('`another_name`.')
      expect(views).not.toContain(source)
    } finally {
      await sql('DROP DATABASE IF EXISTS another_name')
    }
  })

  it('leaves out, and names, what the server or the backup cannot have: events that are over, views over tables left out', async () => {
    const name = freshDatabaseName()
    await testSql(
      services,
      `CREATE DATABASE ${name};
       CREATE TABLE ${name}.kept (id INT PRIMARY KEY); INSERT INTO ${name}.kept VALUES (1);
       CREATE TABLE ${name}.log_x (id INT PRIMARY KEY);
       CREATE VIEW ${name}.of_kept AS SELECT id FROM ${name}.kept;
       CREATE VIEW ${name}.of_log AS SELECT id FROM ${name}.log_x;
       CREATE EVENT ${name}.once ON SCHEDULE AT CURRENT_TIMESTAMP + INTERVAL 2 SECOND DO DELETE FROM ${name}.kept WHERE id < 0;
       CREATE EVENT ${name}.daily ON SCHEDULE EVERY 1 DAY DO DELETE FROM ${name}.kept WHERE id < 0;`,
    )
    const { run } = await goodBackup(services, { inputs: { databases: name, 'exclude-tables': 'log_x' } })
    await new Promise(done => setTimeout(done, 2_500))
    try {
      const restored = await restoreRun(site.services, run.bucket)
      expectRestored(restored)
      const warnings = restored.main?.annotations.warning.map(({ title }) => title) ?? []
      expect(warnings).toEqual(expect.arrayContaining(['event-over', 'view-not-made']))
      expect(await sql('SHOW FULL TABLES', name)).toBe('kept\tBASE TABLE\nof_kept\tVIEW\n')
      expect(await sql(`SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '${name}'`)).toBe(
        'daily\n',
      )
    } finally {
      await sql(`DROP DATABASE IF EXISTS ${name}`)
    }
  })

  it('replaces a database in whose folder somebody left a file', async () => {
    await sql(`CREATE DATABASE ${source}; CREATE TABLE ${source}.old (id INT)`)
    const folder = join((await sql('SELECT @@datadir')).trim(), source)
    await writeFile(join(folder, 'notes.txt'), 'left by somebody')
    try {
      expectRestored(await restore({ ...overwriting(site.services), 'mysql-socket': site.services.mysql.socket }))
      expect(await sql("SHOW TABLES LIKE 'old'", source)).toBe('')
    } finally {
      await rm(join(folder, 'notes.txt'))
    }
  })

  it('tells what a rollback could not put back, and restores', async () => {
    await sql(`CREATE DATABASE ${source}; CREATE TABLE ${source}.t (id INT);
      CREATE DEFINER = root@localhost VIEW ${source}.v AS SELECT id FROM ${source}.t`)
    await site.mariadb.createUser('owner', 'a long password', [`ALL ON \`${source}\`.*`])
    const small = await goodBackup(services, { inputs: { databases: await tableOnly() } })
    const run = await restoreRun(site.services, small.run.bucket, {
      inputs: {
        ...overwriting(site.services),
        databases: `${small.manifest.artifacts[0]?.kind === 'database' ? small.manifest.artifacts[0].database : ''}=${source}`,
        'mysql-user': 'owner',
        'mysql-password': 'a long password',
      },
    })
    expectRestored(run)
    const told = run.main?.annotations.warning.map(({ message }) => message).join('\n') ?? ''
    expect(told).toMatch(/Should this restore be rolled back: .*root@localhost.* in the name of owner@localhost/)
  })

  it('names a statement that is larger than the server takes', async () => {
    await sql('SET GLOBAL max_allowed_packet = 16384')
    try {
      expectRefused(await restore(), [/has a statement of .* and max_allowed_packet of this server is 16/])
      expect(await sql(`SHOW DATABASES LIKE '${source}'`)).toBe('')
    } finally {
      await sql('SET GLOBAL max_allowed_packet = 1073741824')
    }
  })

  it('refuses a server that is read-only, for a user who is bound by that', async () => {
    await sql('SET GLOBAL read_only = ON')
    try {
      const inputs = { 'mysql-user': 'restorer', 'mysql-password': 'a long password' }
      expectRefused(await restore(inputs), [/is read-only/])
    } finally {
      await sql('SET GLOBAL read_only = OFF')
    }
  })
})

/** A database that any user could import. */
async function tableOnly(): Promise<string> {
  const name = await freshDatabase(services)
  await testSql(services, 'CREATE TABLE t (id INT); INSERT INTO t VALUES (1)', name)
  return name
}

/** Whether the event that is due in every second has run by now. */
async function ticked(): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await sql("SELECT COUNT(*) FROM many WHERE t LIKE '%!'", source)) !== '0\n') return true
    await new Promise(done => setTimeout(done, 100))
  }
  return false
}
