import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { codecsOf } from '../../src/pipeline/codec'
import type { Compression } from '../../src/pipeline/compression'
import { nowhere } from '../../src/pipeline/filter'
import { inspect } from '../../src/pipeline/inspect'
import { compareInventory } from '../../src/sources/mysql/check/compare-inventory'
import { checkDump } from '../../src/sources/mysql/check/dump-check'
import type { DumpContent } from '../../src/sources/mysql/check/dump-content'
import type { DatabaseInventory } from '../../src/sources/mysql/inventory/inventory'
import { awkwardDatabaseSql } from '../servers/database/awkward-database'
import { freshDatabase, testServices, testSql } from '../servers/test-services'

const services = testServices()

const options = [
  '--single-transaction',
  '--quick',
  '--routines',
  '--events',
  '--triggers',
  '--hex-blob',
  '--comments',
  '--no-tablespaces',
  '--default-character-set=utf8mb4',
]

/** Names and bodies that look like other parts of a dump, and every way to quote. */
const treacherousSql = `
SET NAMES utf8mb4;
CREATE TABLE \`new
line;
-- Dump completed\` (id INT, \`col);
umn\` INT, g INT AS (id + 1) STORED);
INSERT INTO \`new
line;
-- Dump completed\` (id) VALUES (1), (2);
CREATE TABLE \`a
Dump completed
b\` (id INT);
CREATE TABLE \`*/ star\` (id INT) COMMENT = 'it''s "a" \`comment\`; -- Dump completed';
INSERT INTO \`*/ star\` VALUES (1);
CREATE TABLE \`quo'te"s\` (\`a'b\` INT, d VARCHAR(50) DEFAULT '-- x;\\n'';"\`\\\\', e ENUM('a;', 'b''', 'c\\\\'));
INSERT INTO \`quo'te"s\` VALUES (1, DEFAULT, 'b''');
CREATE TABLE versioned (id INT) WITH SYSTEM VERSIONING;
INSERT INTO versioned VALUES (1);
CREATE TABLE big (id INT PRIMARY KEY, t LONGTEXT);
INSERT INTO big SELECT seq, REPEAT(CONCAT('a:1:{s:3:"k);";i:', seq, ';}\\n'';'), 2000) FROM seq_1_to_60;
CREATE SEQUENCE \`se\`\`q 2\` START WITH 5;
CREATE VIEW \`v*/\` AS SELECT 1 AS \`a*/b\`, ');\\n' AS \`CREATE TABLE\`;
CREATE VIEW \`v\`\`2
nl\` AS SELECT * FROM \`v*/\`;
DELIMITER $$
CREATE TRIGGER tr1 BEFORE INSERT ON big FOR EACH ROW BEGIN
  SET @a = 'CREATE TABLE \`zz\` (id INT); -- Dump completed'; /* c1 ; */ -- don't ;; stop
  # hash " comment
  SET @b = "x;;y"; END $$
CrEaTe TrIgGeR \`tr\`\`2 w\` AFTER INSERT ON \`*/ star\` FOR EACH ROW BEGIN SET @x = ("y"); END $$
CREATE OR REPLACE TRIGGER tr3 AFTER DELETE ON big FOR EACH ROW SET @x = 1 $$
CREATE TRIGGER IF NOT EXISTS tr4 AFTER DELETE ON big FOR EACH ROW SET @x = 1 $$
CREATE DEFINER = \`we'ird\`\`u*/\`@\`lo%cal\` TRIGGER tr5 AFTER UPDATE ON big FOR EACH ROW SET @x = 1 $$
CREATE TRIGGER /* odd */ tr6 -- line
 AFTER UPDATE ON \`quo'te"s\` FOR EACH ROW SET @y = 2 $$
CREATE PROCEDURE p1() COMMENT 'x ;; y' BEGIN
-- Dump completed
  SELECT 'DELIMITER ;';
  /* nested /* not ;; */
  CREATE TABLE IF NOT EXISTS zz (id INT);
  SELECT "a;;b", 'c;\\';d', \`x\` FROM (SELECT 1 x) q; END $$
CREATE PROCEDURE \`p;;2\`() BEGIN SELECT ';;'; /* ;; */ END $$
CREATE EVENT \`e\`\`2\` ON SCHEDULE AT '2037-01-01' ON COMPLETION PRESERVE DISABLE DO SET @x = ';' $$
SET sql_mode = ORACLE $$
CREATE PACKAGE pkg AS PROCEDURE a; END $$
CREATE PACKAGE BODY pkg AS PROCEDURE a IS BEGIN NULL; END; END $$
CREATE TRIGGER "tr ora" AFTER DELETE ON "*/ star" FOR EACH ROW BEGIN NULL; END $$
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES' $$
CREATE PROCEDURE ansi() BEGIN SELECT 'a\\' ; SELECT "x\\" FROM (SELECT 1 AS "x\\") q; END $$
CREATE TRIGGER tr_escape BEFORE UPDATE ON big FOR EACH ROW SET @x = '\\' $$
CREATE EVENT "ev ansi" ON SCHEDULE EVERY 1 DAY DO SET @x = '\\' $$
DELIMITER ;
`

/** What information_schema lists, in the shape the server script reports. */
async function list(database: string): Promise<DatabaseInventory> {
  const rows = async (query: string): Promise<string[][]> => {
    const answer = await testSql(services, query.replaceAll('?', `'${database}'`))
    const lines = answer.split('\n').filter(line => line !== '')
    return lines.map(line => line.split('\t').map(hex => Buffer.from(hex, 'hex').toString('utf8')))
  }
  const tables = await rows(
    'SELECT HEX(TABLE_NAME), HEX(TABLE_TYPE) FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?',
  )
  const triggers = await rows(
    'SELECT HEX(TRIGGER_NAME), HEX(EVENT_OBJECT_TABLE) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?',
  )
  const routines = await rows(
    'SELECT HEX(ROUTINE_NAME), HEX(ROUTINE_TYPE) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ?',
  )
  const events = await rows('SELECT HEX(EVENT_NAME) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ?')
  return {
    name: database,
    definers: [],
    ambiguous: [],
    characterSet: 'utf8mb4',
    collation: 'utf8mb4_general_ci',
    tables: tables.map(([name = '', type = '']) => ({
      name,
      kind: type === 'VIEW' ? 'view' : type === 'SEQUENCE' ? 'sequence' : 'table',
      engine: '',
      sizeBytes: 0,
    })),
    triggers: triggers.map(([name = '', table = '']) => ({ name, table })),
    routines: routines.map(([name = '', kind = '']) => ({
      name,
      kind: kind.toLowerCase(),
      isReadable: true,
    })),
    events: events.map(([name = '']) => name),
  }
}

/** Dumps for real, through a compressor, and returns what the checks found. */
async function dump(
  database: string,
  compression: Compression = 'none',
  more: readonly string[] = [],
): Promise<DumpContent> {
  const filter = { none: 'cat', gzip: 'pigz -1', zstd: 'zstd -q' }[compression]
  const script = `mariadb-dump "$@" | ${filter}`
  const args = [`--defaults-file=${services.mysql.clientConfig}`, ...options, ...more, database]
  const child = spawn('sh', ['-c', script, 'sh', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const inspection = inspect(codecsOf({ compression }), checkDump())
  await pipeline([child.stdout, ...inspection.stages, nowhere()])
  expect(await exited).toEqual([0, null])
  return inspection.result().content
}

describe('checkDump on dumps of a real server', () => {
  let treacherous: string
  let everything: string
  beforeAll(async () => {
    treacherous = await freshDatabase(services)
    everything = await freshDatabase(services)
    await testSql(services, treacherousSql, treacherous)
    await testSql(services, awkwardDatabaseSql, everything)
  })

  it.each(['none', 'gzip', 'zstd'] as const)('finds what the server lists, through %s', async compression => {
    const listed = await list(treacherous)
    const dumped = await dump(treacherous, compression)
    expect(compareInventory({ listed, dumped, excludedTables: new Set() })).toEqual([])
    expect(dumped.tables).toHaveLength(7)
    expect(dumped.triggers).toHaveLength(8)
    expect(dumped.routines).toHaveLength(5)
    expect(dumped.events).toHaveLength(2)
  })

  it.each([
    ['as the tool does by itself', []],
    ['a statement for every row', ['--skip-extended-insert']],
    ['with columns', ['--complete-insert']],
    ['as REPLACE', ['--replace']],
    ['as INSERT IGNORE', ['--insert-ignore']],
    ['in small statements', ['--net-buffer-length=4096']],
    ['with few frills', ['--skip-add-locks', '--skip-add-drop-table', '--skip-tz-utc', '--skip-set-charset']],
    ['without a date', ['--skip-dump-date']],
    ['with more statements', ['--no-autocommit', '--order-by-primary']],
  ])('finds it in a database with everything, dumped %s', async (_, more) => {
    for (const name of [everything, treacherous]) {
      const dumped = await dump(name, 'none', more)
      const expected = await list(name)
      expect(compareInventory({ listed: expected, dumped, excludedTables: new Set() })).toEqual([])
      const filled = dumped.tables.filter(({ bytes }) => bytes > 0).map(table => table.name)
      expect(filled.sort()).toEqual(await filledTables(name, expected))
    }
  })

  it('gives the same fingerprints twice, and another one for exactly the table whose row changed', async () => {
    const database = await freshDatabase(services)
    await testSql(services, awkwardDatabaseSql, database)
    const fingerprints = async () =>
      new Map((await dump(database)).tables.map(table => [table.name, `${table.bytes} ${table.sha256}`]))
    const before = await fingerprints()
    expect(await fingerprints()).toEqual(before)
    await testSql(services, "UPDATE many SET t = 'x' WHERE id = 1500", database)
    const after = await fingerprints()
    expect([...after].filter(([name, value]) => before.get(name) !== value).map(([name]) => name)).toEqual(['many'])
  })

  it('notices what an account may not see', async () => {
    const listed = await list(treacherous)
    const dumped = await dump(treacherous, 'none', ['--skip-triggers', '--ignore-table', `${treacherous}.big`])
    const missing = compareInventory({ listed, dumped, excludedTables: new Set() })
    expect(missing.filter(({ kind }) => kind === 'table')).toEqual([
      { kind: 'table', name: 'big', missing: 'in the dump' },
    ])
    expect(missing.filter(({ kind }) => kind === 'trigger')).toHaveLength(8)
  })
})

async function filledTables(database: string, listed: DatabaseInventory): Promise<string[]> {
  const names = listed.tables.filter(({ kind }) => kind === 'table').map(({ name }) => name)
  const queries = names.map(name => `SELECT EXISTS (SELECT 1 FROM \`${name.replaceAll('`', '``')}\`);`)
  const answers = (await testSql(services, queries.join('\n'), database)).trim().split('\n')
  return names.filter((_, index) => answers[index] === '1').sort()
}
