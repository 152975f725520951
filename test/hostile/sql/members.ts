import { execFileSync } from 'node:child_process'
import { databaseServerOver } from '../../../src/sources/mysql/database-server'
import { importCommands } from '../../../src/sources/mysql/dump/database-words'
import { baseOptions } from '../../../src/sources/mysql/dump/dump-arguments'
import { awkwardDatabaseSql } from '../../servers/database/awkward-database'
import { freshDatabaseName } from '../../servers/test-services'
import { mysqlDump, rows, stored, table } from '../../unit/sources/mysql/dumps'
import type { DatabaseUnderTest } from './database-under-test'
import { importOf } from './import-of'
import { evil, evilFile, makeNeighbour, worldOf } from './world'

let server: DatabaseUnderTest
/** As it is before each of the members. */
let world: string
const tenant = 'tenant@localhost'

function freshTarget(): string {
  const name = freshDatabaseName()
  server.sql(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`)
  return name
}

const user = `CREATE USER ${evil}`
const file = `SELECT 'x' INTO OUTFILE '${evilFile}'`
const orders = table('orders') + rows('orders', 'INSERT INTO `orders` VALUES\n(1,2);\n')

/** A stored object of the tenant, as a dump tool writes it around its text. */
const procedure = (body: string, name = 'p') =>
  stored(`CREATE DEFINER=\`tenant\`@\`localhost\` PROCEDURE \`${name}\`() ${body} `)
const trigger = (text: string) =>
  stored(`/*!50003 CREATE*/ /*!50017 DEFINER=\`tenant\`@\`localhost\`*/ /*!50003 TRIGGER \`tr\` ${text} */`)
const event = (schedule: string, body = 'DO 1') =>
  stored(
    `/*!50106 CREATE*/ /*!50117 DEFINER=\`tenant\`@\`localhost\`*/ /*!50106 EVENT \`e\` ON SCHEDULE ${schedule} ${body} */ `,
  )
const view = (text: string) => `/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=\`tenant\`@\`localhost\` SQL SECURITY DEFINER */
/*!50001 VIEW \`v\` AS ${text} */;
`

/** One member of each kind of SQL that reached beyond its database, and their neighbours. */
const members: readonly (readonly [string, string])[] = [
  ['an account', `${user};\n`],
  ['rights', "GRANT ALL ON *.* TO 'tenant'@'localhost';\n"],
  ['a file', `${file};\n`],
  ['a setting of the server', 'SET GLOBAL max_connections = 7;\n'],
  ['a log into a file', `SET GLOBAL general_log_file = '${evilFile}', GLOBAL general_log = ON;\n`],
  ['rows of a neighbour', 'INSERT INTO neighbour.t VALUES (3);\n'],
  ['the database of a neighbour', 'USE neighbour;\nDELETE FROM t;\n'],
  ['a table of a neighbour that is dropped', 'DROP TABLE neighbour.t;\n'],
  ['a database', `CREATE DATABASE ${evil};\n`],
  ['a loadable function', `CREATE FUNCTION ${evil} RETURNS STRING SONAME 'udf.so';\n`],
  ['a plug-in', "INSTALL PLUGIN example SONAME 'ha_example.so';\n"],
  ['a file that is read', "CREATE TABLE r AS SELECT LOAD_FILE('/etc/passwd') AS a;\n"],
  ['a file that the client reads', "CREATE TABLE c (a TEXT);\nLOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE c;\n"],
  ['a command of the client', `\\! touch ${evilFile}\nsystem touch ${evilFile}\n`],
  ['the output of the client', `tee ${evilFile}\n\\T ${evilFile}\n`],
  ['an account behind a comment that every server skips', `/*!99999 CREATE PROCEDURE p() */ ${user};\n`],
  ['an account behind one that only MariaDB reads', `/*M!100000 CREATE PROCEDURE p() */ ${user};\n`],
  ['a file behind a skipped comment', `SELECT 'x' /*!99999 INTO @a */ INTO OUTFILE '${evilFile}';\n`],
  ['a trigger on a table of a neighbour', trigger('BEFORE INSERT ON `neighbour`.`t` FOR EACH ROW SET @a = 1')],
  [
    'a trigger behind a skipped comment',
    trigger('/*!99999 BEFORE INSERT ON x*/ BEFORE INSERT ON neighbour.t FOR EACH ROW SET @a = 1'),
  ],
  ['a character set of the client', `\\C gbk\nSET NAMES gbk;\nSELECT '\xbf\\'; ${user}; -- ';\n`],
  ['a mode from a variable', `SET @m = 'NO_BACKSLASH_ESCAPES', sql_mode = @m;\nSELECT '\\'; ${user}; -- ';\n`],
  ['a mode by number', `SET sql_mode = 1048576;\nSELECT '\\'; ${user}; -- ';\n`],
  ['a table from values', "CREATE TABLE b (a TEXT) AS VALUES ROW(LOAD_FILE('/etc/passwd'));\n"],
  ['a prepared text', `SET @a = '${user}';\nPREPARE s FROM @a;\nEXECUTE s;\n`],
  ['two statements for one procedure', procedure(`SELECT 1; ${user}; SELECT 1`)],
  [
    'an account behind a comment of the server',
    procedure(`SELECT 1 --\x01 ;; ${user} ;; CREATE PROCEDURE q() SELECT 1 --\x01\n + 2`),
  ],
  ['two statements behind a comment of the server', procedure(`SELECT 1 --\x01 '\n; ${user}; SELECT '`)],
  [
    'a command of the client in a comment of the server',
    procedure(`SELECT 1 --\x01 \\C gbk\n + LENGTH('\xbf\\'); ${user}; -- ')`),
  ],
  ['a command of the client in quotes', procedure(`SELECT 1 --\x02 \\C 'g\\bk'\n + LENGTH('\xbf\\'); ${user}; -- ')`)],
  [
    'a line that the client joins with the next',
    procedure(`BEGIN SELECT 1 AS\ndelimiter --\x01\n'\n; END; ${user}; -- '`),
  ],
  [
    'more behind bytes that are no text, which only the client reads',
    procedure(`SELECT 1 -- \xff\n /*!999999 \\" \``) + procedure(`SELECT 1 -- \`; ${user};`, 'q'),
  ],
  ['an open comment behind a procedure', procedure(`SELECT 1 /* `)],
  ['a procedure that calls itself at once', procedure(`${user}; CALL p()`)],
  ['an object of an administrator', stored('CREATE DEFINER=`root`@`localhost` PROCEDURE `p`() SELECT 1 ')],
  ['an object of its maker', stored('CREATE PROCEDURE `p`() SELECT 1 ')],
  ['an object in a neighbour', stored('CREATE DEFINER=`tenant`@`localhost` PROCEDURE `neighbour`.`p`() SELECT 1 ')],
  ['two statements for one view', view(`select 1; ${user}; select 2`)],
  // A warning comes before the error, and a limit would leave the warning alone.
  ['two statements for one procedure and a warning', procedure(`SELECT 1 AS \` a\`; ${user}; SELECT 1`)],
  ['an open comment behind a view and a warning', view('select 1 as ` a` /* x')],
  ['a view into a file', view(`select 1 into outfile '${evilFile}'`)],
  [
    'two statements for one placeholder',
    `/*!50001 CREATE VIEW \`v\` AS SELECT 1 AS a; ${user}; SELECT 1 */;\n${view('select 1')}`,
  ],
  [
    'an event whose schedule reads a file',
    event("AT CURRENT_TIMESTAMP + INTERVAL LENGTH(LOAD_FILE('/etc/passwd')) DAY ON COMPLETION PRESERVE ENABLE"),
  ],
  [
    'two statements for one event',
    event('EVERY 1 DAY ON COMPLETION PRESERVE ENABLE', `DO SELECT 1; ${user}; SELECT 1`),
  ],
  ['an event outside of its section', `CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO ${user};\n`],
  [
    'a collation of the database with more behind it',
    `ALTER DATABASE x COLLATE \`utf8mb4_bin; ${user}\`;\n${procedure('SELECT 1')}`,
  ],
  ['a mode with more behind it', `SET sql_mode = 'ANSI_QUOTES''; ${user}; --';\n${procedure('SELECT 1')}`],
  ['a time zone with more behind it', `SET time_zone = 'SYSTEM''; ${user}; --';\n${procedure('SELECT 1')}`],
  [
    'a package',
    `SET sql_mode = 'ORACLE';\nDELIMITER ;;\nCREATE DEFINER=\`tenant\`@\`localhost\` PACKAGE \`k\` AS PROCEDURE a; END; ${user};\n;;\nDELIMITER ;\n`,
  ],
  ['an account with the next statement in a delimiter', `DELIMITER ${user}\nSELECT 1 ${user}\nDELIMITER ;\n`],
  ['a server link', `CREATE SERVER ${evil} FOREIGN DATA WRAPPER mysql OPTIONS (HOST '127.0.0.1');\n`],
  ['its own rights', "SET PASSWORD = '';\nSET ROLE ALL;\n"],
  ['a program that has the rights of its maker', `${procedure(user)}CALL p();\n`],
]

/** The tests of each kind of hostile SQL and of what must still come back, on the server that `open` gives. */
export function importMembers(open: () => Promise<DatabaseUnderTest>): void {
  beforeAll(async () => {
    server = await open()
    makeNeighbour(server)
    world = worldOf(server, '')
  })
  afterAll(() => server?.close())

  it.each(members)('has no effect outside of its database: %s', async (_, sql) => {
    const target = freshTarget()
    const dump = Buffer.from(mysqlDump(orders + sql), 'latin1')
    const { accounts, warnings } = await importOf(server, { sql: dump, target, definers: [tenant] })
    expect(warnings).toEqual([])
    expect(worldOf(server, target)).toBe(world)
    expect(accounts).toEqual([])
    expect(definersIn(target).filter(each => each !== tenant)).toEqual([])
    server.sql(`DROP DATABASE ${target}`)
  })

  it('says that the dump wants more than its database, and gives no right for it', async () => {
    const target = freshTarget()
    const { error } = await importOf(server, { sql: Buffer.from(mysqlDump(`${orders}${user};\n`)), target })
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /^The dump wants more than its database "db_\w+", and was refused: .* a statement CREATE: Access denied/,
      ),
      advice: expect.not.stringMatching(/GRANT/),
    })
  })

  it('names the object of a tenant that would run more than itself, and makes nothing of it', async () => {
    const [from, to] = [tenantsDatabase(), freshTarget()]
    const before = worldOf(server, to)
    const sql = Buffer.from(server.dump(from, baseOptions), 'latin1')
    const { error, warnings } = await importOf(server, { sql, target: to, definers: [tenant] })
    expect(worldOf(server, to)).toBe(before)
    expect(warnings).toEqual([])
    expect(String(error)).toMatch(/^FailureError: The procedure "p" of the dump has "--" and a control character/)
    // The backup names it, too.
    const over = databaseServerOver(server.connection)
    const { inventory } = await over.inventory({ access: server.access, databases: [from] })
    expect(inventory.databases[0]?.ambiguous).toEqual(['procedure p'])
  })

  it('makes nothing of an object with bytes that are no text: another text would be checked', async () => {
    const target = freshTarget()
    const sql = Buffer.from(mysqlDump(orders + procedure('SELECT 1 -- \xff\n')), 'latin1')
    const { error } = await importOf(server, { sql, target, definers: [tenant] })
    expect(String(error)).toMatch(
      /^FailureError: The procedure "p" of the dump has bytes that are no text in its character set, utf8mb4: it is not made/,
    )
  })

  it('by hand, as the user of the site, has no effect outside of its database', () => {
    const [from, to] = [tenantsDatabase(), freshTarget()]
    server.sql(`GRANT ALL ON ${to}.* TO 'tenant'@'localhost'`)
    const before = worldOf(server, to)
    const [, importing = ''] = importCommands(
      { database: to, compression: 'none', characterSet: 'utf8mb4', collation: 'utf8mb4_bin' },
      'cat',
    )
    const prepared = /^cat \| (.*) \| mysql --user=SITE_USER --password --binary-mode --comments \S+$/.exec(
      importing,
    )?.[1]
    const sql = execFileSync('sh', ['-c', prepared ?? 'false'], {
      input: Buffer.from(server.dump(from, baseOptions), 'latin1'),
    })
    server.runAll(sql, to, { ...server.access, user: 'tenant', password: 'of the site' })
    expect(worldOf(server, to)).toBe(before)
  })

  describe('restores an ordinary database with everything in it', () => {
    it('as an administrator, in the names of its definers', async () => {
      const [from, to] = [ordinaryDatabase(), freshTarget()]
      const sql = Buffer.from(server.dump(from, baseOptions))
      const definers = definersIn(from)
      const { error, differences, warnings, needs } = await importOf(server, { sql, target: to, definers })
      expect(error).toBeUndefined()
      expect({ differences, warnings, unusual: needs?.unusual }).toEqual({ differences: [], warnings: [], unusual: [] })
      expect(dumpOf(to)).toBe(dumpOf(from))
    })

    it('as a user of that database only, in the name of this user', async () => {
      const [from, to] = [ordinaryDatabase(), freshTarget()]
      const sql = Buffer.from(server.dump(from, baseOptions))
      const user = `u_${to.slice(-10)}`
      server.sql(`CREATE USER ${user}@localhost IDENTIFIED BY 'of the site'; GRANT ALL ON ${to}.* TO ${user}@localhost`)
      const access = { ...server.access, user, password: 'of the site' }
      // Where there is a binary log, only an administrator may let others make triggers and functions.
      const trusts = server.sql('SELECT @@global.log_bin_trust_function_creators')
      server.sql('SET GLOBAL log_bin_trust_function_creators = ON')
      const outcome = await importOf(server, { sql, target: to, definers: definersIn(from), access })
      server.sql(`SET GLOBAL log_bin_trust_function_creators = ${trusts}`)
      expect(outcome).toMatchObject({ error: undefined, differences: [], warnings: [] })
      expect(definersIn(to)).toEqual([`${user}@localhost`])
      const unnamed = (dump: string) => dump.replace(/DEFINER=([`"])[^`"]*\1(@\1[^`"]*\1)?/g, '')
      expect(unnamed(dumpOf(to))).toBe(unnamed(dumpOf(from)))
    })
  })
}

/** A database of a tenant, made with the tenant's own rights, with what the review of a dump would not see. */
function tenantsDatabase(): string {
  const name = freshTarget()
  server.sql(`CREATE USER IF NOT EXISTS 'tenant'@'localhost' IDENTIFIED BY 'of the site';
    GRANT ALL ON ${name}.* TO 'tenant'@'localhost'`)
  const text = `DELIMITER //\nCREATE PROCEDURE p() SELECT 1 --\x01 ;; ${user} ;; DROP PROCEDURE p ;; CREATE PROCEDURE p() SELECT 1 --\x01\n + 2//\n`
  server.runAll(Buffer.from(text, 'latin1'), name, { ...server.access, user: 'tenant', password: 'of the site' })
  expect(definersIn(name)).toEqual([tenant])
  return name
}

function ordinaryDatabase(): string {
  const name = freshTarget()
  const isMariadb = server.sql('SELECT VERSION();').includes('MariaDB')
  server.sql(isMariadb ? awkwardDatabaseSql : ordinarySql, name)
  if (isMariadb) server.sql(mariadbSql, name)
  return name
}

/** Without its name and its times, and what the server writes in one of two ways. */
function dumpOf(database: string): string {
  return server
    .dump(database, baseOptions)
    .replaceAll(database, 'it')
    .replace(/^--.*$/gm, '')
    .replaceAll(' CHARACTER SET utf8mb4', '')
    .replace(/TRIGGER `(\w+)`/g, 'TRIGGER $1')
}

function definersIn(database: string): string[] {
  const sql = `SELECT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '${database}'
    UNION SELECT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '${database}'
    UNION SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '${database}'
    UNION SELECT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '${database}';`
  return server
    .sql(sql)
    .trim()
    .split('\n')
    .map(line => line.replace(/@$/, ''))
    .filter(line => line !== '')
}

/** What only MariaDB has: packages, and roles as definers; and modes, character sets and defaults of earlier times. */
const mariadbSql = `
CREATE ROLE IF NOT EXISTS site_role;
SET sql_mode = 'ORACLE';
DELIMITER //
CREATE PACKAGE employee AS FUNCTION total RETURN INT; PROCEDURE lift(x INT); END;
//
CREATE PACKAGE BODY employee AS
  FUNCTION total RETURN INT AS BEGIN RETURN 1; END;
  PROCEDURE lift(x INT) AS BEGIN SELECT x || ';'; END;
END;
//
DELIMITER ;
SET sql_mode = 'ANSI_QUOTES';
DELIMITER //
CREATE DEFINER = site_role PROCEDURE "of a role"() SELECT "id" FROM "plain"//
DELIMITER ;
SET sql_mode = '', NAMES latin1;
ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_german1_ci;
CREATE FUNCTION of_latin1(x VARCHAR(10)) RETURNS VARCHAR(20) DETERMINISTIC RETURN CONCAT(x, 'a');
ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
CREATE DEFINER = site_role EVENT event_of_a_role ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO SELECT 1;
CREATE VIEW checked_view AS SELECT id FROM plain WHERE id > 1 WITH CASCADED CHECK OPTION;
`

/** What both servers have, in the names of several users. */
const ordinarySql = `
CREATE USER IF NOT EXISTS a, b@localhost;
GRANT ALL ON *.* TO a, b@localhost;
CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(20)) ENGINE=InnoDB;
INSERT INTO t VALUES (1, 'one'), (2, 'it''s; --');
CREATE DEFINER=\`a\`@\`%\` VIEW v2 AS SELECT a FROM t;
CREATE DEFINER=\`b\`@\`localhost\` SQL SECURITY INVOKER VIEW v1 AS SELECT a FROM v2;
DELIMITER ;;
CREATE DEFINER=\`a\`@\`%\` PROCEDURE p(IN x INT) BEGIN SELECT x; SELECT ';;'; /* a comment */ END;;
CREATE DEFINER=\`b\`@\`localhost\` FUNCTION f(x INT) RETURNS INT DETERMINISTIC RETURN x + 1;;
CREATE DEFINER=\`a\`@\`%\` TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.b = CONCAT(NEW.b, ';'); END;;
CREATE DEFINER=\`b\`@\`localhost\` EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO BEGIN SELECT 1; END;;
DELIMITER ;
`
