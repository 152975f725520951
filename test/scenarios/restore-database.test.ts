import { awkwardDatabaseSql } from '../servers/awkward-database'
import { checksumDatabase } from '../servers/checksum-database'
import { type SiteServer, startSiteServer } from '../servers/site-server'
import { freshDatabase, freshFolder, testServices, testSql } from '../servers/test-services'
import { type GoodBackup, goodBackup } from './good-backup'
import { expectRefused, expectRestored, restoreRun } from './restore-run'

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
    expectRefused(refused, [
      /things are wrong/,
      /may not do everything that a restore into "db_\w+" needs/,
      /DEFINER/,
    ])
    const statements = (refused.main?.log.join('\n') ?? '').match(/GRANT [^;]+;/g) ?? []
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

  it('tells when something in the dump names its own database, which is not the target', async () => {
    const message = expectRefused(await restore({ databases: `${source}=another_name` }), [
      /Unknown column 'db_\w+\.plain\.id'/,
    ])
    expect(message).toMatch(/The database "another_name" is gone again/)
    expect(message).toMatch(/under its own name/)
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
      expectRefused(await restore(inputs), [/set read-only/])
    } finally {
      await sql('SET GLOBAL read_only = OFF')
    }
  })
})

/** Whether the event that is due in every second has run by now. */
async function ticked(): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await sql("SELECT COUNT(*) FROM many WHERE t LIKE '%!'", source)) !== '0\n') return true
    await new Promise(done => setTimeout(done, 100))
  }
  return false
}
