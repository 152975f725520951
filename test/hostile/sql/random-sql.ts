import type { Random } from '../random'
import { evil, evilFile } from './world'

const payloads: readonly [string, ...string[]] = [
  `CREATE USER ${evil}`,
  "GRANT ALL ON *.* TO 'tenant'@'localhost'",
  'SET GLOBAL max_connections = 7',
  'INSERT INTO neighbour.t VALUES (3)',
  'DELETE FROM neighbour.t',
  `CREATE DATABASE ${evil}`,
  `SELECT 'x' INTO OUTFILE '${evilFile}'`,
  'CREATE TRIGGER neighbour.tr BEFORE INSERT ON neighbour.t FOR EACH ROW SET @a = 1',
  `CREATE DEFINER=\`root\`@\`localhost\` PROCEDURE ${evil}() SELECT 1`,
  'DROP TABLE neighbour.t',
]

/** What makes two readers disagree about where something ends. */
const fences: readonly [string, ...string[]] = [
  'SELECT 1 --\x01',
  ...[';', ';;', '\n', ' ', '//', '$$', '\\', '\\\\', "\\'", '\\"', "'", "''", '"', '`', '``', '(', ')', ',', '.', '?'],
  ...[
    '-- ',
    '--',
    '--\x01',
    '--\x02 ',
    '--\x7f',
    '--\x0b',
    '--\t',
    '--\xa0',
    '#',
    '/*',
    '*/',
    '/**/',
    '/*!',
    '/*!50003 ',
    '/*!99999 ',
  ],
  ...[
    '/*!999999 ',
    '/*M!',
    '/*M!100000 ',
    '/*+ ',
    '*/ */',
    '\x00',
    '\x01',
    '\x1a',
    '\r',
    '\r\n',
    '\x85',
    '\xa0',
    '\xbf',
    "\xbf'",
    '\xbf\\',
    '\x95\\',
  ],
  ...[
    '\\C gbk',
    '\\Csjis\n',
    "\\C 'b\\ig5'",
    '\\N',
    '\\g',
    '\\G',
    '\\.',
    '\\d ;',
    '\\! id',
    'DELIMITER ;;\n',
    '\ndelimiter $$\n',
    '\nDELIMITER x',
    'delimiter',
  ],
  ...[
    'BEGIN',
    'END',
    'END;',
    'BEGIN NOT ATOMIC',
    'IF 1 THEN',
    'END IF',
    'CASE 1 WHEN 1 THEN',
    'END CASE',
    'LOOP',
    'END LOOP',
    'DO',
    'DECLARE a INT;',
  ],
  ...[
    'SELECT 1',
    "SELECT '",
    'SELECT "',
    'SELECT `',
    '+ 2',
    'AS a',
    'CALL p()',
    'CREATE PROCEDURE q() SELECT 1',
    'RETURN 1',
    "X'27'",
    "_gbk'\xbf\\'",
  ],
  ...[
    'SET NAMES gbk',
    'SET NAMES utf8mb4',
    'SET character_set_client = sjis',
    "SET sql_mode = 'ANSI_QUOTES'",
    "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
  ],
  ...[
    "SET sql_mode = 'ORACLE'",
    'SET sql_mode = @@global.sql_mode',
    "SET @a = 'NO_BACKSLASH_ESCAPES', sql_mode = @a",
    'USE neighbour',
    'AS $$',
    'LANGUAGE SQL',
  ],
]

/** What a reader may skip, or take for a text, and another one not. */
const hidings: readonly [(text: string) => string, ...((text: string) => string)[]] = [
  text => text,
  text => `/* ${text} */`,
  text => `/*!99999 ${text} */`,
  text => `/*M!999999 ${text} */`,
  text => `-- ${text}\n`,
  text => `--\x01${text}\n`,
  text => `# ${text}\n`,
  text => `+ '${text}'`,
  text => `+ "${text}"`,
  text => `AS \`${text}\``,
]

/** Bytes, one character each: something that must not happen, hidden, and a few fences around it. */
function body(random: Random): string {
  const some = () => Array.from({ length: random.below(random.pick([1, 2, 6])) }, () => random.pick(fences)).join(' ')
  const start = random.pick(['', '; ', ';; ', '\n', "' ;", '*/ ;'])
  const end = random.pick(['', ';', '; SELECT 1', ';;', ' /*', " '"])
  return `${some()} ${random.pick(hidings)(`${some()}${start}${random.pick(payloads)}${end}`)}${some()}`
}

const owner = 'DEFINER=`tenant`@`localhost`'

/** One or more statements of a dump, as its tool would write them around such a text. */
export function randomSql(random: Random, index: number): Buffer {
  const name = `o${index}`
  const text = body(random)
  const begin = random.pick(['SELECT 1', 'BEGIN SELECT 1', 'SELECT 1 AS', "SELECT '", 'SET @a = 1', ''])
  const delimiter = random.pick([';;', '//', '$$', ';'])
  const setting = random.pick([
    '',
    "SET sql_mode = 'ANSI_QUOTES';\n",
    "SET sql_mode = 'NO_BACKSLASH_ESCAPES';\n",
    'SET character_set_client = latin1;\n',
    'SET character_set_client = gbk;\n',
  ])
  const stored = (sql: string) => `${setting}DELIMITER ${delimiter}\n${sql}${delimiter}\nDELIMITER ;\n`
  const shape = random.pick<() => string>([
    () => `${setting}${text};\n`,
    () => stored(`CREATE ${owner} PROCEDURE \`${name}\`() ${begin} ${text} `),
    () => stored(`CREATE ${owner} FUNCTION \`${name}\`() RETURNS INT DETERMINISTIC ${begin} ${text} `),
    () =>
      stored(
        `/*!50003 CREATE*/ /*!50017 ${owner}*/ /*!50003 TRIGGER \`${name}\` BEFORE INSERT ON \`orders\` FOR EACH ROW ${begin} ${text} */`,
      ),
    () =>
      stored(
        `/*!50106 CREATE*/ /*!50117 ${owner}*/ /*!50106 EVENT \`${name}\` ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DISABLE DO ${begin} ${text} */ `,
      ),
    () =>
      `/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 ${owner} SQL SECURITY DEFINER */\n/*!50001 VIEW \`${name}\` AS select 1 ${text} */;\n`,
    () => `/*!50001 CREATE VIEW \`${name}\` AS SELECT 1 AS a ${text} */;\n`,
    () => `CREATE TABLE \`${name}\` (a INT COMMENT '${text}');\n`,
    () => `INSERT INTO \`orders\` VALUES (${index},'${text}');\n`,
  ])
  return Buffer.from(shape(), 'latin1')
}
