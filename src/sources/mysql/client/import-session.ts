import type { DatabaseAccess } from './database-access'
import type { SqlRequest } from './run-sql'

/**
 * The session in which tables and rows are imported, by a restore, a rollback and a drill alike, beyond what every dump
 * sets: what the old server has accepted once is accepted again. No server has all of them, and some need a right.
 */
const wanted: readonly { name: string; value: string }[] = [
  // Without LOCK TABLES nothing else would commit the last rows.
  { name: 'autocommit', value: '1' },
  // Rows that might not fit into their page; https://mariadb.com/kb/en/innodb-strict-mode/
  { name: 'innodb_strict_mode', value: '0' },
  // MySQL 8.4: a foreign key on a column that is not unique.
  { name: 'restrict_fk_on_non_standard_key', value: '0' },
  // MariaDB: rows that were there before the CHECK.
  { name: 'check_constraint_checks', value: '0' },
  // MySQL 8.0.13 and 8.0.30: a table without a primary key is refused, or gets another column.
  { name: 'sql_require_primary_key', value: '0' },
  { name: 'sql_generate_invisible_primary_key', value: '0' },
  // Otherwise `timestamp NOT NULL` means more than it says.
  { name: 'explicit_defaults_for_timestamp', value: '1' },
  // MariaDB 11.2 and 10.6: older servers leave out their default collation, and mean utf8mb3 by utf8.
  { name: 'character_set_collations', value: "''" },
  { name: 'old_mode', value: "'UTF8_IS_UTF8MB3'" },
  // MariaDB: rows of a large table take their time.
  { name: 'max_statement_time', value: '0' },
]

/** Dates such as 2026-02-31, for columns that were filled with this mode. */
const lenientModes = ['ALLOW_INVALID_DATES']

/** A dump is untrusted text: its tables are made in the folder of their database, and nowhere else. */
const closedModes = ['NO_DIR_IN_CREATE']

/** What the SQL of a dump needs around it. */
export interface ImportSession {
  /** Runs first; on one line. */
  before: string
  /** Runs after each statement of the dump that sets the SQL mode; on one line. */
  afterMode: string
}

/** Tries each setting. Prints `session`, a tab and its name for each that the login may set on this server. */
export const trySession: string = wanted
  .map(
    ({ name, value }) =>
      // A setting that is refused may have the value already: then setting it in the import would fail.
      `SET @is_set = 0;\nSET SESSION ${name} = ${value}, @is_set = 1;\nSELECT 'session', '${name}' WHERE @is_set = 1;`,
  )
  .join('\n')

/** The session of an account, as far as the server lets it have that. `areTrusted`: the dump may choose its folders. */
export async function openSession(
  access: DatabaseAccess,
  {
    runSql,
    areTrusted,
    signal,
  }: { runSql(request: SqlRequest): Promise<string>; areTrusted: boolean; signal: AbortSignal },
): Promise<ImportSession> {
  const name = 'the settings of the session for an import'
  const answer = await runSql({ access, sql: trySession, name, goesOn: true, signal })
  const possible = new Set(answer.split('\n').map(line => /^session\t(\w+)$/.exec(line)?.[1]))
  const settings = wanted.filter(each => possible.has(each.name)).map(each => `${each.name} = ${each.value}`)
  const modes = [...lenientModes, ...(areTrusted ? [] : closedModes)]
  return {
    before: settings.length === 0 ? '' : `SET SESSION ${settings.join(', ')}; `,
    afterMode: ` SET sql_mode = CONCAT_WS(',', NULLIF(@@sql_mode, ''), '${modes.join(',')}');`,
  }
}
