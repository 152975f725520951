import { FailureError, UserError } from '../../../runtime/errors'
import { plural } from '../../../runtime/text/format-count'
import type { JobFailure } from '../../../server/job'
import type { JobName } from '../../../server/job-errors'
import { keptMessages } from '../../../server/job-report'
import { explainClientJob } from './client-errors'
import { loginErrors } from './login-errors'

/**
 * Why SQL failed that was sent to the database client. The client's messages may quote values of rows, so only the
 * number of the error is passed on, and its text where it contains nothing but names. `where`: the statement on a line
 * of the SQL, in words.
 */
export function importError(name: JobName, failure: JobFailure, where: (line: number) => string | undefined): Error {
  const { statuses, messages } = failure.report
  const isToolFailed = [...statuses].some(
    ([stage, status]) => (stage === 'import' || stage === 'sql') && status !== 0 && status < 128,
  )
  // SQL that is cut off ends in a syntax error; the cause is what cut it.
  const isCut = ![undefined, 0, 141].includes(statuses.get('decompression'))
  const { error, shown } = readMessages(messages)
  if (error === undefined || !isToolFailed || isCut) {
    return explainClientJob(name, { ...failure, report: { ...failure.report, messages: shown } })
  }
  const { line, code } = error
  const statement = line === undefined ? undefined : where(line)
  const place = line === undefined ? '' : ` at line ${line}${statement === undefined ? '' : `, ${statement}`}`
  const number = code === 0 ? '' : ` (error ${code})`
  const message = `${name.charAt(0).toUpperCase()}${name.slice(1)} failed${place}: ${textOf(error)}${number}.`
  const advice = advices.find(({ codes }) => codes.includes(code))?.advice
  if (advice === undefined) return new FailureError(message, { detail: shown, advice: sameAgain })
  return new UserError(message, { detail: shown, advice })
}

interface ClientError {
  code: number
  line: number | undefined
  text: string
}

/**
 * The client stops at its first error, whose text may continue over several lines when a value does: so nothing after
 * its first line is read. Nor is anything from a client that printed the statement, between lines of dashes.
 */
function readMessages(messages: readonly string[]): { error: ClientError | undefined; shown: string[] } {
  const hasStatement = messages.includes('--------------') || messages.length >= keptMessages
  const at = hasStatement ? -1 : messages.findIndex(line => readClientError(line) !== undefined)
  const error = at < 0 ? undefined : readClientError(messages[at] ?? '')
  const before = hasStatement ? [] : messages.slice(0, at < 0 ? undefined : at)
  const shown = before.map(shownLine).filter(line => line !== undefined)
  if (error !== undefined) {
    const line = error.line === undefined ? '' : ` at line ${error.line}`
    shown.push(`ERROR${error.code === 0 ? '' : ` ${error.code}`}${line}: ${textOf(error)}`)
  }
  const withheld = messages.length - shown.length
  if (withheld > 0) shown.push(`(${plural(withheld, 'line')} of the client withheld: they may quote rows)`)
  return { error, shown }
}

/**
 * `ERROR 1062 (23000) at line 812: Duplicate entry …`, as `mysql --batch` and `mariadb --batch` print it; without a
 * number for errors of the client itself: `ERROR at line 1: Unknown command '\\-'.`
 */
function readClientError(line: string): ClientError | undefined {
  const [, code, at, text] = /^ERROR(?: (\d+)(?: \([0-9A-Z]{5}\))?)?(?: at line (\d+))?[^:]*: ?(.*)$/s.exec(line) ?? []
  if (text === undefined) return undefined
  return { code: Number(code ?? 0), line: at === undefined ? undefined : Number(at), text }
}

/** Messages of other tools, and of the client about its options; undefined for anything that may quote a row. */
function shownLine(line: string): string | undefined {
  if (/^(gzip|zstd|tar|sh|\/bin\/sh): /.test(line)) return line
  return /^(mysql|mariadb): (\[ERROR\] )?unknown (option|variable) '[\w-]+/.exec(line)?.[0].concat("…'")
}

/**
 * Errors whose text quotes names of objects, options and accounts, never a value of a row. From the MySQL and MariaDB
 * error references (`errmsg-utf8.txt` of both).
 */
const namesOnly = new Set([
  1005, 1006, 1007, 1008, 1009, 1010, 1021, 1030, 1031, 1036, 1040, 1041, 1044, 1045, 1046, 1047, 1048, 1049, 1050,
  1051, 1053, 1054, 1059, 1060, 1061, 1067, 1068, 1069, 1070, 1071, 1072, 1073, 1074, 1075, 1089, 1100, 1101, 1103,
  1112, 1113, 1114, 1115, 1117, 1118, 1129, 1130, 1138, 1140, 1142, 1143, 1146, 1153, 1161, 1163, 1164, 1167, 1170,
  1171, 1173, 1193, 1194, 1195, 1203, 1205, 1206, 1213, 1214, 1215, 1221, 1222, 1226, 1227, 1231, 1235, 1238, 1251,
  1253, 1264, 1265, 1267, 1271, 1273, 1275, 1283, 1286, 1289, 1290, 1293, 1294, 1298, 1303, 1304, 1305, 1317, 1347,
  1348, 1349, 1350, 1351, 1356, 1357, 1359, 1360, 1362, 1363, 1364, 1370, 1372, 1391, 1406, 1418, 1419, 1425, 1426,
  1427, 1436, 1439, 1442, 1449, 1451, 1452, 1462, 1470, 1471, 1478, 1486, 1492, 1493, 1500, 1503, 1505, 1506, 1517,
  1524, 1537, 1539, 1564, 1577, 1579, 1582, 1607, 1627, 1659, 1698, 1709, 1785, 1795, 1800, 1813, 1815, 1817, 1820,
  1822, 1824, 1826, 1831, 1836, 1846, 1862, 1901, 1902, 1909, 1927, 1969, 2002, 2003, 2005, 2006, 2013, 2020, 2026,
  2058, 2059, 2061, 3024, 3032, 3098, 3102, 3104, 3105, 3106, 3107, 3108, 3118, 3159, 3161, 3185, 3510, 3546, 3548,
  3679, 3723, 3724, 3734, 3750, 3757, 3758, 3780, 3812, 3813, 3814, 3815, 3816, 3822, 3825, 3828, 4031, 4078, 4084,
  4089, 4109, 4151, 4161, 4166, 6125,
])

/** The meaning of errors whose own text may quote a value. */
const meanings = new Map([
  [1062, 'two rows have the same unique key'],
  [1064, 'the server does not understand the SQL'],
  [1292, 'a value does not fit the type of its column'],
  [1366, 'a value does not fit the type of its column'],
  [1411, 'a function does not accept a value'],
  [1526, 'a row fits no partition'],
  [1644, 'a trigger or routine raised an error of its own (SIGNAL)'],
  [1690, 'the result of a calculation is out of range'],
  [3140, 'a value is not valid JSON'],
  [3819, 'a row breaks a CHECK constraint'],
  [4025, 'a row breaks a CHECK constraint'],
])

/** The text of an error when it cannot quote a value, or else its meaning. */
function textOf({ code, text }: ClientError): string {
  if (namesOnly.has(code)) return text.trim().replace(/\.$/, '')
  // A backslash and one mark, as in `\!`, come from a statement and not from a value.
  const command = code === 0 ? /^Unknown command '\\[^\w\s]'/.exec(text)?.[0] : undefined
  return command ?? meanings.get(code) ?? 'the text of the error is withheld, since it may quote a row'
}

const sameAgain =
  'Another run ends in the same way while this server and the recovery point stay as they are. A server of the product and version in the manifest may take it; the error reference of the server explains the number.'

/** What to do about common errors of imports. */
const advices: readonly { codes: readonly number[]; advice: string }[] = [
  ...loginErrors,
  {
    codes: [1969, 3024],
    advice:
      'The server ends statements that take longer than it allows, also those of this session: run this as an administrator of the database, for the time of the restore: SET GLOBAL max_statement_time=0 (MySQL: max_execution_time)',
  },
  {
    codes: [1317, 1927],
    advice:
      'Somebody ended the statement or the connection in the database (KILL): check for a tool there that ends long statements, then run again.',
  },
  {
    codes: [1227],
    advice:
      'The statement needs a right on the whole server, for which the dump of one database has no use: someone may have changed it. Choose another recovery point, and find out who can write to the bucket.',
  },
  {
    codes: [1449],
    advice:
      'Something is in the name of a user (DEFINER) whom this server does not have. Create the user, with the rights of before, then run again.',
  },
  {
    codes: [1418, 1419],
    advice:
      'The server writes a binary log and accepts functions and triggers only from trusted creators. Run this as an administrator of the database for the time of the restore: SET GLOBAL log_bin_trust_function_creators=ON',
  },
  {
    codes: [1044, 1045, 1142, 1143, 1370, 1698],
    advice:
      'Grant the database user the rights for a restore: GRANT ALL ON the database, and check "mysql-user" and "mysql-password".',
  },
  {
    codes: [1273, 1115, 1253],
    advice:
      'The dump comes from a server with a character set or collation that this one does not know. Restore onto a server of the flavour and version in the manifest, or a newer one.',
  },
  {
    codes: [1064, 1067, 1193, 1231, 1235],
    advice:
      'The dump contains SQL that this server does not accept: it comes from another flavour or a newer version. Restore onto a server of the flavour and version in the manifest.',
  },
  {
    codes: [1062],
    advice:
      'Something else wrote into the database during the import (stop the site and its cron jobs), or two keys that differ on the old server are equal on this one: then restore onto a server of the flavour and version in the manifest.',
  },
  {
    codes: [2002, 2003, 2005],
    advice:
      'Check that the database server runs, and check "mysql-host", "mysql-port" and "mysql-socket": they apply on the machine that SSH connects to.',
  },
  {
    codes: [1153, 2006, 2013, 2020],
    advice:
      'The database server closed the connection: a row is larger than its max_allowed_packet (SET GLOBAL max_allowed_packet=1073741824), or it was restarted or ran out of memory; its error log says which.',
  },
  {
    codes: [1205],
    advice:
      'Another session has a lock on the database: stop the site and everything that writes to the database (SHOW PROCESSLIST shows which session), then run again.',
  },
  { codes: [1114, 1021, 1030], advice: 'Free disk space on the database server.' },
  {
    codes: [1290, 1836],
    advice:
      'The database server is set read-only (read_only, super_read_only): it may be a replica. Restore onto the primary.',
  },
  {
    codes: [3750],
    advice:
      'The server requires a primary key in every table: SET GLOBAL sql_require_primary_key=OFF for the time of the restore.',
  },
  {
    codes: [6125, 1118, 1171, 1075],
    advice:
      'The old server took this table with settings that this one does not have. SHOW VARIABLES of both, and the manifest of the recovery point (server.database.settings), show which: innodb_strict_mode, restrict_fk_on_non_standard_key, innodb_page_size.',
  },
  {
    codes: [3510],
    advice:
      "The table is in a tablespace that this server does not have. Make it, as an administrator of the database, then run again: CREATE TABLESPACE … ADD DATAFILE '….ibd' ENGINE=InnoDB;",
  },
  {
    codes: [3548],
    advice:
      'A column uses a spatial reference system that this server does not have. The manifest of the recovery point has the statement that makes it (content.traits); then run again.',
  },
  {
    codes: [3185],
    advice:
      'The table is encrypted by the server, and this one has no keys for that: set up its keyring, then run again.',
  },
  {
    codes: [1298],
    advice:
      'This server does not know time zones by name. Run on it as root: mysql_tzinfo_to_sql /usr/share/zoneinfo | mysql mysql',
  },
  {
    codes: [3105],
    advice:
      'The dump has values for generated columns, which MySQL refuses: the dump tool of MariaDB wrote it. Make a backup with mysqldump of MySQL on the PATH of the server.',
  },
  {
    codes: [3819, 4025],
    advice:
      'The old server had this row from before the CHECK. There: ALTER TABLE … ALTER CHECK … NOT ENFORCED (MySQL), or fix the row, and take another backup.',
  },
  {
    codes: [3546],
    advice:
      'The dump sets GTID_PURGED, which this server refuses because it has transactions of its own. It was made with "--set-gtid-purged"; restore it by hand onto a server that was reset (RESET MASTER).',
  },
  {
    codes: [1286],
    advice:
      'A table needs a storage engine that this server lacks. Install it there, or restore onto a server like the old one.',
  },
]
