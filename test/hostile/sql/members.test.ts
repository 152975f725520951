import { baseOptions } from '../../../src/sources/mysql/dump/dump-arguments'
import { awkwardDatabaseSql } from '../../servers/database/awkward-database'
import { freshDatabaseName, testServices } from '../../servers/test-services'
import { mysqlDump, rows, stored, table } from '../../unit/sources/mysql/dumps'
import { databaseUnderTest } from './database-under-test'
import { importOf } from './import-of'
import { evil, evilFile, makeNeighbour, worldOf } from './world'

const server = databaseUnderTest(testServices())
const isMariadb = server.sql('SELECT VERSION();').includes('MariaDB')
const tenant = 'tenant@localhost'

function freshTarget(): string {
  const name = freshDatabaseName()
  server.sql(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`)
  return name
}

beforeAll(() => makeNeighbour(server))

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
  ['an open comment behind a procedure', procedure(`SELECT 1 /* `)],
  ['a procedure that calls itself at once', procedure(`${user}; CALL p()`)],
  ['an object of an administrator', stored('CREATE DEFINER=`root`@`localhost` PROCEDURE `p`() SELECT 1 ')],
  ['an object of its maker', stored('CREATE PROCEDURE `p`() SELECT 1 ')],
  ['an object in a neighbour', stored('CREATE DEFINER=`tenant`@`localhost` PROCEDURE `neighbour`.`p`() SELECT 1 ')],
  ['two statements for one view', view(`select 1; ${user}; select 2`)],
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

describe('the import of a dump', () => {
  it.each(members)('has no effect outside of its database: %s', async (_, sql) => {
    const target = freshTarget()
    const before = worldOf(server, target)
    const dump = Buffer.from(mysqlDump(orders + sql), 'latin1')
    const { accounts, warnings } = await importOf(server, { sql: dump, target, definers: [tenant] })
    expect(warnings).toEqual([])
    expect(worldOf(server, target)).toBe(before)
    expect(accounts).toEqual([])
    const definers = server.sql(`SELECT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '${target}'
      UNION SELECT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '${target}'
      UNION SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '${target}'
      UNION SELECT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '${target}';`)
    expect(
      definers
        .trim()
        .split('\n')
        .filter(each => each !== tenant && each !== ''),
    ).toEqual([])
    server.sql(`DROP DATABASE ${target}`)
  })

  it('restores an ordinary database with everything in it', async () => {
    const [from, to] = [freshTarget(), freshTarget()]
    if (isMariadb) server.sql(awkwardDatabaseSql, from)
    else server.sql(ordinarySql, from)
    const sql = Buffer.from(server.dump(from, baseOptions))
    const definers =
      server.sql(`SELECT DISTINCT DEFINER FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '${from}'
      UNION SELECT DEFINER FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '${from}'
      UNION SELECT DEFINER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '${from}'
      UNION SELECT DEFINER FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '${from}';`)
    const { error, differences, warnings, needs } = await importOf(server, {
      sql,
      target: to,
      definers: definers.trim().split('\n'),
    })
    expect(error).toBeUndefined()
    expect({ differences, warnings, unusual: needs?.unusual }).toEqual({ differences: [], warnings: [], unusual: [] })
    const of = (database: string) =>
      server
        .dump(database, baseOptions)
        .replaceAll(database, 'it')
        .replace(/^--.*$/gm, '')
        .replaceAll(' CHARACTER SET utf8mb4', '')
        .replace(/TRIGGER `(\w+)`/g, 'TRIGGER $1')
    expect(of(to)).toBe(of(from))
  })
})

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
