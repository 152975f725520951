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

/** What stored generated columns may depend on: as the old server had it. Only values that need no escapes. */
const carried: readonly { name: string; pattern: RegExp }[] = [
  { name: 'default_week_format', pattern: /^\d$/ },
  { name: 'div_precision_increment', pattern: /^\d{1,2}$/ },
  { name: 'lc_time_names', pattern: /^\w{1,20}$/ },
  { name: 'block_encryption_mode', pattern: /^[a-z0-9-]{1,20}$/ },
]
const carriedModes = ['NO_UNSIGNED_SUBTRACTION', 'PAD_CHAR_TO_FULL_LENGTH']

/** Dates such as 2026-02-31, for columns that were filled with this mode. */
const lenientModes = ['ALLOW_INVALID_DATES']

/** A dump is untrusted text: its tables are made in the folder of their database, and nowhere else. */
const closedModes = ['NO_DIR_IN_CREATE']

/** The settings of the server that was backed up, from a manifest. */
type OldSettings = Readonly<Record<string, string>>

/** What the SQL of a dump needs around it. */
interface ImportSession {
  /** Runs first; on one line. */
  before: string
  /** Runs after each statement of the dump that sets the SQL mode; on one line. */
  afterMode: string
}

/** Tries each setting. Prints `session`, a tab and its name for each that the login may set on this server. */
export function trySession(old: OldSettings = {}): string {
  return settingsFor(old)
    .map(
      ({ name, value }) =>
        // A setting that is refused may have the value already: then setting it in the import would fail.
        `SET @is_set = 0;\nSET SESSION ${name} = ${value}, @is_set = 1;\nSELECT 'session', '${name}' WHERE @is_set = 1;`,
    )
    .join('\n')
}

/**
 * The session of an account, as far as the server lets it have that. `old`: of the server that the dump comes from;
 * `areTrusted`: the dump may choose its folders.
 */
export async function openSession(
  access: DatabaseAccess,
  { runSql, old, areTrusted, signal }: SessionRequest,
): Promise<ImportSession> {
  const name = 'the settings of the session for an import'
  const answer = await runSql({ access, sql: trySession(old), name, goesOn: true, signal })
  const possible = new Set(answer.split('\n').map(line => /^session\t(\w+)$/.exec(line)?.[1]))
  const settings = settingsFor(old).filter(each => possible.has(each.name))
  const oldModes = (old['sql_mode'] ?? '').split(',')
  const modes = [
    ...lenientModes,
    ...(areTrusted ? [] : closedModes),
    ...carriedModes.filter(mode => oldModes.includes(mode)),
  ]
  return {
    before:
      settings.length === 0 ? '' : `SET SESSION ${settings.map(each => `${each.name} = ${each.value}`).join(', ')}; `,
    afterMode: ` SET sql_mode = CONCAT_WS(',', NULLIF(@@sql_mode, ''), '${modes.join(',')}');`,
  }
}

interface SessionRequest {
  runSql(request: SqlRequest): Promise<string>
  old: OldSettings
  areTrusted: boolean
  signal: AbortSignal
}

function settingsFor(old: OldSettings): { name: string; value: string }[] {
  const known = carried.flatMap(({ name, pattern }) => {
    const value = old[name] ?? ''
    return pattern.test(value) ? [{ name, value: /^\d+$/.test(value) ? value : `'${value}'` }] : []
  })
  return [...wanted, ...known]
}
