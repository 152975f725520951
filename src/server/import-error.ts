import { type ErrorFacts, FailureError, UserError } from '../runtime/errors'
import type { JobFailure } from './job'
import { explainFailure, type JobName } from './job-errors'

/**
 * Why SQL that was sent to the database client failed. The client's messages quote what they complain about, a row's values among it, so
 * nothing of what it printed is passed on but the number of the error, and its text where that holds names alone. `where` tells what
 * stands on a line of what was sent.
 */
export function importError(
  name: JobName,
  failure: JobFailure,
  where: (line: number) => string | undefined,
): Error {
  const { statuses, messages } = failure.report
  const isToolFailed = [...statuses].some(
    ([stage, status]) => (stage === 'import' || stage === 'sql') && status !== 0 && status < 128,
  )
  // SQL that is cut off ends in a syntax error; the cause is what cut it.
  const isCut = ![undefined, 0, 141].includes(statuses.get('decompression'))
  const said =
    isToolFailed && !isCut ? messages.map(readClientError).find(each => each !== undefined) : undefined
  const quiet = { ...failure, report: { ...failure.report, messages: withoutRows(messages) } }
  if (said === undefined) return explainFailure(name, quiet)
  const place = said.line === undefined ? undefined : where(said.line)
  const at = [said.line === undefined ? '' : `line ${said.line}`, place ?? ''].filter(text => text !== '')
  const message = `${capitalized(name)} failed${at.length === 0 ? '' : ` at ${at.join(', ')}`}: ${shownMessage(said)}${said.code === 0 ? '' : ` (error ${said.code})`}.`
  const advice = advices.find(({ codes }) => codes.includes(said.code))?.advice
  const facts: ErrorFacts = { detail: quiet.report.messages, ...(advice === undefined ? {} : { advice }) }
  return advice === undefined ? new FailureError(message, facts) : new UserError(message, facts)
}

interface ClientError {
  code: number
  line: number | undefined
  text: string
}

/**
 * `ERROR 1062 (23000) at line 812: Duplicate entry …`, as `mysql --batch` and `mariadb --batch` print it; without a number when it is the
 * client that complains: `ERROR at line 1: Unknown command '\\-'.`
 */
function readClientError(line: string): ClientError | undefined {
  const [, code, at, text] =
    /^ERROR(?: (\d+)(?: \([0-9A-Z]{5}\))?)?(?: at line (\d+))?[^:]*: ?(.*)$/.exec(line) ?? []
  if (text === undefined) return undefined
  return { code: Number(code ?? 0), line: at === undefined ? undefined : Number(at), text }
}

/**
 * Errors whose text quotes names of objects, options and accounts and never a value of a row. MySQL and MariaDB error references
 * (`errmsg-utf8.txt` of both).
 */
const namesOnly = new Set([
  1005, 1006, 1007, 1008, 1009, 1010, 1030, 1031, 1036, 1040, 1041, 1044, 1045, 1046, 1049, 1050, 1051, 1053,
  1054, 1059, 1060, 1061, 1068, 1069, 1070, 1071, 1072, 1073, 1074, 1075, 1089, 1101, 1103, 1112, 1113, 1114,
  1115, 1117, 1118, 1130, 1142, 1143, 1146, 1153, 1161, 1163, 1193, 1203, 1205, 1213, 1214, 1215, 1227, 1235,
  1253, 1273, 1283, 1286, 1289, 1290, 1293, 1294, 1304, 1305, 1347, 1348, 1349, 1350, 1351, 1356, 1357, 1359,
  1360, 1370, 1372, 1418, 1419, 1436, 1449, 1462, 1470, 1471, 1503, 1506, 1537, 1539, 1577, 1579, 1607, 1698,
  1785, 1813, 1817, 1836, 1901, 1902, 1909, 2002, 2003, 2005, 2006, 2013, 2026, 2061, 3098, 3161, 3185, 3546,
  3679, 3723, 3724, 3750, 4031, 4078,
])

/** The text without anything that could be a value: all from the first quote to the last. */
function shownMessage({ code, text }: ClientError): string {
  const isPlain = namesOnly.has(code) || (code === 0 && /^Unknown command '\\.'/.test(text))
  return (isPlain ? text : text.replace(/['"`].*['"`]|['"`].*$/s, "'…'")).trim().replace(/\.$/, '')
}

/** Lines of the client that are an error by its number, shown as above; all others may be rows, and are counted. */
function withoutRows(messages: readonly string[]): string[] {
  const shown = messages.flatMap(line => {
    const error = readClientError(line)
    if (error !== undefined) {
      const at = error.line === undefined ? '' : ` at line ${error.line}`
      return [`ERROR${error.code === 0 ? '' : ` ${error.code}`}${at}: ${shownMessage(error)}`]
    }
    return /^(gzip|zstd|tar|sh|\/bin\/sh): /.test(line) ? [line] : []
  })
  const withheld = messages.length - shown.length
  return withheld === 0
    ? shown
    : [...shown, `(${withheld} more lines of the client, withheld: they may hold rows)`]
}

/** What to do about errors that imports are known for. */
const advices: readonly { codes: readonly number[]; advice: string }[] = [
  {
    codes: [1227, 1449, 1419, 1418, 4031],
    advice:
      'The dump makes views, triggers, routines or events in the name of other users (DEFINER). Grant the database user the right to: SET USER on *.* (MariaDB 10.5 and newer), SET_USER_ID (MySQL 8.0), SET_ANY_DEFINER and ALLOW_NONEXISTENT_DEFINER (MySQL 8.2 and newer), SUPER (older ones). With binary logging, functions also need log_bin_trust_function_creators=ON.',
  },
  {
    codes: [1044, 1045, 1142, 1143, 1370, 1698],
    advice:
      'Grant the database user what a restore writes: GRANT ALL ON the database, and check "mysql-user" and "mysql-password".',
  },
  {
    codes: [1273, 1115, 1253],
    advice:
      'The dump comes from a server with a character set or collation that this one does not know. Restore onto a server of the flavour and version that the manifest names, or a newer one.',
  },
  {
    codes: [1153, 2006, 2013],
    advice:
      'The database server closed the connection: a row is larger than its max_allowed_packet (SET GLOBAL max_allowed_packet=1073741824), or it was restarted or ran out of memory; its error log says which.',
  },
  { codes: [1114, 1021, 1030], advice: 'Make room on the disk of the database server.' },
  {
    codes: [1290, 1836],
    advice:
      'The database server is set read-only (read_only, super_read_only): it may be a replica. Restore onto the primary.',
  },
  {
    codes: [3750],
    advice:
      'The server wants a primary key in every table: SET GLOBAL sql_require_primary_key=OFF for the time of the restore.',
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

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
