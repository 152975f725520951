import { FailureError, UserError } from '../../../runtime/errors'
import { titleOf } from '../../../runtime/text/title-of'
import { loginErrors } from './login-errors'

interface Meaning {
  codes: readonly number[]
  /** For what has no number. */
  pattern?: RegExp
  meaning: string
  advice: string
}

/** The first match wins. Error numbers: the error references of MySQL and MariaDB. */
const meanings: readonly Meaning[] = [
  {
    codes: [],
    pattern: /Access denied for user '[^']*'@'[^']*' \(using password: NO\)/,
    meaning: 'The database refused the login, for which no password was sent.',
    advice:
      '"mysql-password" was empty: check that its secret exists under this very name, in this repository or in the environment of the job. Without "mysql-user" the password comes from ~/.my.cnf of the SSH user on the server, which has none.',
  },
  {
    codes: [1045, 1698],
    pattern: /Access denied for user '[^']*'@'[^']*'( \(using password: (YES|NO)\))?$/,
    meaning: 'The database refused the login.',
    advice:
      'Check "mysql-user" and "mysql-password". Without them the configuration on the server is used: ~/.my.cnf of the SSH user, or a login through the socket.',
  },
  ...loginErrors,
  {
    codes: [2002, 2003, 2005, 2006],
    pattern: /Can't connect to (local )?(MySQL |MariaDB )?server/i,
    meaning: 'The database server cannot be reached from the SSH host.',
    advice: 'Check that it runs, and check "mysql-host", "mysql-port" and "mysql-socket".',
  },
  {
    codes: [2026],
    pattern: /SSL connection error|TLS\/SSL error/i,
    meaning: 'The database client and the server could not agree on TLS.',
    advice: 'Add an option for it to "dump-options", for example --ssl-mode=DISABLED (MySQL) or --skip-ssl (MariaDB).',
  },
  {
    codes: [1049],
    meaning: 'The database does not exist, or the database user may not see it.',
    advice: 'Check "databases" and the grants of the database user.',
  },
  {
    codes: [1356],
    pattern: /references invalid table/,
    meaning: 'A view uses a table or column that no longer exists, and a dump stops there.',
    advice:
      'Drop or fix the view named in the log. A backup can also exclude it ("exclude-tables"), and a restore can skip the dump of what it replaces ("safety-backup: false").',
  },
  {
    codes: [1142, 1143, 1044, 1227, 1370, 1109],
    pattern: /command denied|insufficient privileges|Access denied; you need/,
    meaning: 'The database user lacks a right that the dump needs.',
    advice:
      'Grant it the rights for a backup: GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON `database`.* TO the user; for routines also SELECT on mysql.proc (MariaDB, MySQL 5.7) or SHOW_ROUTINE (MySQL 8).',
  },
  {
    codes: [1412, 1146],
    meaning: 'A table was changed or dropped while the dump was reading it.',
    advice:
      'Run the backup again. If it happens every hour, run the job that rebuilds tables at another time than the backup.',
  },
  {
    codes: [1969, 3024],
    meaning: 'The database server ended a statement that took longer than it allows.',
    advice:
      'Run this as an administrator of the database, and remove the setting from my.cnf, where it is for the application (MySQL: max_execution_time, MariaDB: max_statement_time): SET GLOBAL max_execution_time=0 or SET GLOBAL max_statement_time=0',
  },
  {
    codes: [1317, 1927],
    meaning: 'Somebody ended the statement or the connection in the database (KILL).',
    advice:
      'Check what ends long statements there: a person, or a tool such as pt-kill, which needs an exception for the user of the backup.',
  },
  {
    codes: [2013],
    pattern: /Lost connection/,
    meaning: 'The database server closed the connection during the dump.',
    advice:
      'Check its error log: it was restarted, ran out of memory, or net_write_timeout expired while the store was slow (SET GLOBAL net_write_timeout=600 gives it more time).',
  },
  {
    codes: [],
    pattern: /\b(1194|1195|144|145|126)\b.*(crashed|repair)/i,
    meaning: 'A table is marked as crashed.',
    advice: 'Repair it: REPAIR TABLE, or mysqlcheck --repair.',
  },
  {
    codes: [],
    pattern: /unknown (option|variable)|ambiguous option|unrecognized option/,
    meaning: 'The dump tool does not know one of its options.',
    advice: 'Check "dump-options"; use the prefix --loose- for options that only some versions know.',
  },
]

/**
 * Why a database tool failed, from its output: the last error that it printed is why it stopped, what came before it went
 * on after. Undefined when it printed none. `what` names the tool and its exit status.
 */
export function databaseError(
  what: string,
  _status: number,
  messages: readonly string[],
): UserError | FailureError | undefined {
  const said = messages.findLast(isFatal) ?? messages.findLast(message => meaningOf(message) !== undefined)
  if (said === undefined) return undefined
  const found = meaningOf(said)
  if (found === undefined) return new FailureError(`${what}: ${said.trim()}`, { detail: messages })
  const { meaning, advice } = found
  return new UserError(`${what}: ${meaning} It said: ${said.trim()}`, {
    title: titleOf(`${meaning.replace(/\.$/, '')}: ${said.trim().replace(/^ERROR \d+ \(\w+\)( at line \d+)?: /, '')}`),
    ...{ advice, detail: messages },
  })
}

function meaningOf(message: string): Meaning | undefined {
  const code = codeOf(message)
  return meanings.find(
    ({ codes, pattern }) => (code !== undefined && codes.includes(code)) || pattern?.test(message) === true,
  )
}

const tool = '(?:/\\S*/)?(?:mysql|mariadb)[\\w-]*: (?:\\[ERROR\\] (?:\\S+: )?)?'
const forms = [
  // ERROR 1045 (28000): … and ERROR 1045 (28000) at line 1: … of the client
  /^ERROR (\d+) \(/,
  // mysqldump: Got error: 1045: …, mysqldump: Error 1412: …
  new RegExp(`^(?:${tool})?(?:Got error: |Error )(\\d+): `),
  // mysqldump: Couldn't execute '…': … (1044)
  /\((\d{4})\)\s*$/,
]

function codeOf(message: string): number | undefined {
  for (const form of forms) {
    const [, code] = form.exec(message) ?? []
    if (code !== undefined) return Number(code)
  }
  return undefined
}

/** What a dump tool says about things beside the database, such as tablespaces, and goes on. */
const aside = /^\S+: Error: '.*' when trying to dump /
const remark = /^\S+: (?:\[?warning\]?:? |\[Warning\])|^warning/i

function isFatal(message: string): boolean {
  if (aside.test(message) || remark.test(message)) return false
  return codeOf(message) !== undefined || /^ERROR\b/.test(message) || new RegExp(`^${tool}`).test(message)
}
