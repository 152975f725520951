/**
 * The first statement of every session of ours. Defaults of the server, or its `init_connect`, would end a long statement
 * or leave out rows: `sql_select_limit` holds for dump tools too. Each product skips the comment with the other's
 * variable. The variable keeps what a dump tool meets that has no option for a first statement.
 */
const firstStatement =
  'SET @make_a_backup_row_limit = @@sql_select_limit, sql_select_limit = 18446744073709551615, sql_big_selects = 1 /*!50708 , max_execution_time = 0 */ /*M!100108 , max_statement_time = 0 */'

/** For the client. */
const sessionOption = `--init-command=${firstStatement}`

/** For the dump tool: MySQL's has this option, MariaDB's sets `max_statement_time` by itself. */
export const dumpSessionOption = `--loose-init-command=${firstStatement}`

/**
 * Undoes what a section [client] or [mysql] of the server's option files may set: how answers look, where they go, and
 * what the client does with statements. The login and where to connect remain. `mysql.sh` has what no option undoes.
 */
export const clientSettings: readonly string[] = [
  ...['table', 'html', 'xml', 'vertical', 'raw', 'column-type-info', 'show-warnings', 'tee', 'pager'],
  ...['force', 'safe-updates', 'named-commands', 'ignore-spaces', 'unbuffered'],
]
  .map(name => `--skip-${name}`)
  .concat(
    '--line-numbers',
    '--delimiter=;',
    sessionOption,
    // Or the client of MySQL says on standard output, and not as an error, that a password has expired.
    '--loose-connect-expired-password',
    ...['auto-vertical-output', 'binary-as-hex', 'print-query-on-error', 'abort-source-on-error'].map(
      name => `--loose-skip-${name}`,
    ),
  )
