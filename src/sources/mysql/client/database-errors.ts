import { UserError } from '../../../runtime/errors'

/** The first match wins. Error numbers: the error references of MySQL and MariaDB. */
const meanings: readonly { pattern: RegExp; meaning: string; advice: string }[] = [
  {
    pattern: /Access denied for user '[^']*'@'[^']*' \(using password: NO\)/,
    meaning: 'The database refused the login, for which no password was sent.',
    advice:
      '"mysql-password" was empty: check that its secret exists under this very name, in this repository or in the environment of the job. Without "mysql-user" the password comes from ~/.my.cnf of the SSH user on the server, which has none.',
  },
  {
    pattern: /\b(1045|1698)\b|Access denied for user '[^']*'@'[^']*'( \(using password: (YES|NO)\))?$/m,
    meaning: 'The database refused the login.',
    advice:
      'Check "mysql-user" and "mysql-password". Without them the configuration on the server is used: ~/.my.cnf of the SSH user, or a login through the socket.',
  },
  {
    pattern: /\b(2002|2003|2005|2006)\b/,
    meaning: 'The database server cannot be reached from the SSH host.',
    advice: 'Check that it runs, and check "mysql-host", "mysql-port" and "mysql-socket".',
  },
  {
    pattern: /\b2026\b|SSL connection error|TLS\/SSL error/i,
    meaning: 'The database client and the server could not agree on TLS.',
    advice: 'Add an option for it to "dump-options", for example --ssl-mode=DISABLED (MySQL) or --skip-ssl (MariaDB).',
  },
  {
    pattern: /\b1049\b/,
    meaning: 'The database does not exist, or the database user may not see it.',
    advice: 'Check "databases" and the grants of the database user.',
  },
  {
    pattern: /\b1356\b|references invalid table/,
    meaning: 'A view uses a table or column that no longer exists, and a dump stops there.',
    advice:
      'Drop or fix the view named in the log. A backup can also exclude it ("exclude-tables"), and a restore can skip the dump of what it replaces ("safety-backup: false").',
  },
  {
    pattern: /\b(1142|1143|1044|1227|1370|1109)\b|command denied|insufficient privileges|Access denied; you need/,
    meaning: 'The database user lacks a right that the dump needs.',
    advice:
      'Grant it the rights for a backup: GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON `database`.* TO the user; for routines also SELECT on mysql.proc (MariaDB, MySQL 5.7) or SHOW_ROUTINE (MySQL 8).',
  },
  {
    pattern: /\b(1412|1146)\b/,
    meaning: 'A table was changed or dropped while the dump was reading it.',
    advice:
      'Run the backup again. If it happens every hour, run the job that rebuilds tables at another time than the backup.',
  },
  {
    pattern: /\b2013\b|Lost connection/,
    meaning: 'The database server closed the connection during the dump.',
    advice:
      'Check its error log: it was restarted, ran out of memory, or net_write_timeout expired while the store was slow (SET GLOBAL net_write_timeout=600 gives it more time).',
  },
  {
    pattern: /\b(1194|1195|144|145|126)\b.*(crashed|repair)/i,
    meaning: 'A table is marked as crashed.',
    advice: 'Repair it: REPAIR TABLE, or mysqlcheck --repair.',
  },
  {
    pattern: /unknown (option|variable)|ambiguous option|unrecognized option/,
    meaning: 'The dump tool does not know one of its options.',
    advice: 'Check "dump-options"; use the prefix --loose- for options that only some versions know.',
  },
]

/** Why a database tool failed, from its output; undefined when unknown. `what` names the tool and its exit status. */
export function databaseError(what: string, _status: number, messages: readonly string[]): UserError | undefined {
  const text = messages.join('\n')
  const found = meanings.find(({ pattern }) => pattern.test(text))
  if (found === undefined) return undefined
  const said = messages.find(message => found.pattern.test(message)) ?? ''
  const { meaning, advice } = found
  return new UserError(`${what}: ${meaning} It said: ${said.trim()}`, { advice, detail: messages })
}
