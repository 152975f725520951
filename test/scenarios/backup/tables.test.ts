import { encryptionNews } from '../../runner/encryption-switch'
import { importDump } from '../../servers/processes/stock-tools'
import { freshDatabase, testServices, testSql } from '../../servers/test-services'
import { dumpFingerprints } from '../dump-fingerprints'
import { type GoodBackup, goodBackup } from '../good-backup'
import { recordedDigest } from '../recorded-digest'
import { databaseOf } from '../stored-manifest'

const services = testServices()
const sql = (text: string, database?: string) => testSql(services, text, database)
let shop: string
let blog: string

const tables = `
CREATE TABLE orders (id INT PRIMARY KEY, t TEXT); INSERT INTO orders VALUES (1, 'first'), (2, 'second'), (3, 'third');
CREATE TABLE cache_pages (id INT PRIMARY KEY); INSERT INTO cache_pages VALUES (1);
CREATE TABLE cache_blocks (id INT PRIMARY KEY); INSERT INTO cache_blocks VALUES (1);
CREATE TRIGGER gone_with_its_table BEFORE INSERT ON cache_pages FOR EACH ROW SET NEW.id = NEW.id;
CREATE TABLE log (id INT PRIMARY KEY, t TEXT); INSERT INTO log VALUES (1, 'a line of the log');
CREATE TRIGGER stays BEFORE INSERT ON log FOR EACH ROW SET NEW.t = UPPER(NEW.t);
CREATE VIEW a_log_view AS SELECT id FROM log;
CREATE VIEW view_of_view AS SELECT id FROM a_log_view;
`

beforeAll(async () => {
  shop = await freshDatabase(services)
  blog = await freshDatabase(services)
  for (const database of [shop, blog]) await sql(tables, database)
})

async function restored(backup: GoodBackup, database: string): Promise<string> {
  const target = await freshDatabase(services)
  await importDump(services.mysql.clientConfig, target, await backup.content(databaseOf(backup.manifest, database)))
  return target
}

/** Names of tables and views with their numbers of rows. */
async function rowCounts(database: string): Promise<Record<string, number>> {
  const names = (await sql('SHOW TABLES', database)).trim().split('\n')
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = Number(await sql(`SELECT COUNT(*) FROM \`${name}\``, database))
  return counts
}

const pattern = (text: string) => ({
  code: 'pattern-without-match',
  message: expect.stringContaining(JSON.stringify(text)),
})

describe('the tables of a backup', () => {
  it('are all but the excluded, and those for their structure come without rows, a view on them with them', async () => {
    const backup = await goodBackup(services, {
      inputs: {
        databases: `${shop}\n${blog}`,
        'exclude-tables': `cache_*\n${blog}.orders\nno_such_*`,
        'structure-only-tables': `${shop}.log\n# a comment\nsessions`,
        rotation: 'running',
      },
    })
    const views = { a_log_view: 1, view_of_view: 1 }
    const inShop = await restored(backup, shop)
    expect(await rowCounts(inShop)).toEqual({ orders: 3, log: 0, a_log_view: 0, view_of_view: 0 })
    expect(await rowCounts(await restored(backup, blog))).toEqual({ log: 1, ...views })
    expect((await sql('SHOW TRIGGERS', inShop)).split('\t')[0]).toBe('stays')

    const { content } = databaseOf(backup.manifest, shop)
    expect(content).toMatchObject({ views: 2, triggers: 1 })
    expect(content.tables.map(({ name, bytes }) => [name, bytes > 0])).toEqual([
      ['log', false],
      ['orders', true],
    ])

    const warnings = [pattern('no_such_*'), pattern('sessions'), ...encryptionNews]
    expect(backup.manifest.warnings).toEqual(warnings)
    expect(JSON.parse(backup.main.outputs['warnings'] ?? '')).toEqual(warnings)
    expect(backup.main.annotations.warning).toEqual(warnings.map(({ code, message }) => ({ title: code, message })))
    expect(backup.main.summary).toContain(`${warnings.length} warnings`)
    for (const { message } of backup.manifest.warnings) expect(backup.main.log.join('\n')).toContain(message)
  })

  it('come with the options of dump-options, which the manifest lists', async () => {
    const backup = await goodBackup(services, {
      inputs: {
        databases: shop,
        rotation: 'running',
        'dump-options': '--skip-extended-insert\n--net-buffer-length=8192',
      },
    })
    const artifact = databaseOf(backup.manifest)
    const dump = await backup.content(artifact)
    expect(dump.toString().match(/^INSERT INTO `orders` VALUES \(.*\);$/gm)).toHaveLength(3)
    expect(artifact.content.tables).toEqual(dumpFingerprints(dump, await recordedDigest(backup.manifest)))
    expect(backup.manifest.server.database?.options.slice(-2)).toEqual([
      '--skip-extended-insert',
      '--net-buffer-length=8192',
    ])
    expect(await rowCounts(await restored(backup, shop))).toMatchObject({ orders: 3, log: 1 })
  })

  it('are told of in every report when their engine has no transactions', async () => {
    const database = await freshDatabase(services)
    await sql(
      'CREATE TABLE safe (id INT PRIMARY KEY); CREATE TABLE loose (id INT PRIMARY KEY) ENGINE = MyISAM',
      database,
    )
    const { manifest, main } = await goodBackup(services, { inputs: { databases: database } })
    const warnings = [{ code: 'non-transactional-tables', message: expect.any(String) }, ...encryptionNews]
    expect(manifest.warnings).toEqual(warnings)
    const message = manifest.warnings[0]?.message ?? ''
    expect(message).toContain(`${database}.loose (MyISAM)`)
    expect(message).not.toContain('safe')
    expect(JSON.parse(main.outputs['warnings'] ?? '')).toEqual(manifest.warnings)
    expect(main.annotations.warning).toEqual(warnings.map(({ code, message }) => ({ title: code, message })))
    expect(main.summary).toContain(`with ${warnings.length} warning`)
    expect(main.summary).toContain(`${database}.loose (MyISAM)`)
  })

  it('may be none at all where that is allowed', async () => {
    const database = await freshDatabase(services)
    const backup = await goodBackup(services, { inputs: { databases: database, 'allow-empty': 'true' } })
    expect(databaseOf(backup.manifest).content).toMatchObject({ tables: [], views: 0 })
    expect(await sql('SHOW TABLES', await restored(backup, database))).toBe('')
  })
})
