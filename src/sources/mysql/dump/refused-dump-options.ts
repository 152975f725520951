/** Options that are refused for the same reason. */
export interface Refusal {
  /** Full names, in lower case with `-`. */
  names: readonly string[]
  /** Completes: `must not contain "--force": …`. */
  reason: string
  /** Default: remove the option. */
  fix?: string
  /** Values with which the option is harmless. */
  unless?: RegExp
  /** Harmless in the server's own option files: logins belong there, and the options of every dump override it. */
  isHarmlessDefault?: true
}

/**
 * Options of mysqldump and mariadb-dump, in all versions in use, that a backup refuses. Sources: the option tables in
 * `client/mysqldump.cc` of both projects, and `--help` of the tools.
 */
export const refusedOptions: readonly Refusal[] = [
  {
    names: ['force', 'ignore-error'],
    reason: 'a dump that continues after an error looks complete and is not',
    fix: 'Remove it and fix the error that it hides; a table that cannot be read can be named in "exclude-tables".',
  },
  {
    names: ['compact'],
    reason: 'it leaves out the last line, which proves that the dump is complete',
    fix: 'Remove it, or write the single options that you need of it, as in: --skip-add-locks',
  },
  {
    names: words(`result-file tab dir parallel xml header lines-terminated-by fields-terminated-by fields-enclosed-by
      fields-optionally-enclosed-by fields-escaped-by`),
    reason: 'the dump must come as SQL on standard output, where it is checked and stored',
  },
  {
    names: ['databases', 'all-databases', 'tables', 'wildcards', 'ignore-database', 'no-create-db', 'system'],
    reason: 'the input "databases" chooses the databases',
    fix: 'Remove it and name the databases there.',
  },
  {
    names: ['ignore-table', 'ignore-views', 'no-create-info'],
    reason: 'the inputs choose the tables, and the dump is compared with that choice',
    fix: 'Remove it and use "exclude-tables".',
  },
  {
    names: ['ignore-table-data', 'no-data'],
    reason: 'only the inputs leave out rows, so that no table is empty by mistake',
    fix: 'Remove it and use "structure-only-tables".',
  },
  {
    names: ['where', 'as-of'],
    reason: 'rows would be missing without any sign of it',
    fix: 'Remove it; to leave out all rows of a table use "structure-only-tables".',
  },
  {
    names: ['users', 'include-user', 'exclude-user', 'add-drop-user'],
    reason: 'accounts belong to a server, not to a database, and come with their password hashes',
  },
  {
    names: ['user', 'password', 'password1', 'password2', 'password3', 'host', 'port', 'socket', 'protocol', 'pipe'],
    reason: 'how to reach the database is set by the inputs "mysql-…", for the inventory and the dump alike',
    fix: 'Remove it and use "mysql-user", "mysql-password", "mysql-host", "mysql-port" or "mysql-socket".',
    isHarmlessDefault: true,
  },
  {
    names: words('login-path no-login-paths defaults-file defaults-extra-file defaults-group-suffix no-defaults'),
    reason: 'the guards depend on which option files are read',
    fix: 'Remove it. With "mysql-user" no option file on the server is read; without it those of the SSH user are.',
    isHarmlessDefault: true,
  },
  {
    names: ['print-defaults', 'help', 'version'],
    reason: 'it prints something else instead of a dump',
  },
  {
    names: ['log-error', 'debug', 'debug-check', 'debug-info'],
    reason: 'it writes files on the server or hides its errors from the run',
  },
  {
    names: ['plugin-dir', 'init-command', 'init-command-add'],
    reason: 'it runs code or statements of its own, and the server is only read',
    isHarmlessDefault: true,
  },
  {
    names: words(`flush-logs delete-master-logs delete-source-logs dump-slave dump-replica apply-slave-statements
      apply-replica-statements include-master-host-port include-source-host-port`),
    reason: 'it changes the logs or stops the replication of the server, which is only read',
    fix: 'Remove it; --master-data=2 (MySQL from 8.4 on: --source-data=2) records the binary log position as a comment.',
  },
  {
    names: ['master-data', 'source-data'],
    reason: 'a restore would point the new server at the old one as its replica',
    fix: 'Give it the value 2: the position is then recorded as a comment.',
    unless: /^2$/,
  },
  {
    names: ['lock-all-tables'],
    reason: 'every write on the whole server would wait until the dump ends',
    fix: 'Remove it: the dump is consistent without it. Where all tables are MyISAM: --skip-single-transaction and --lock-tables',
  },
  {
    names: ['add-drop-database'],
    reason: 'a restore would drop a database without asking',
  },
  {
    names: ['compatible'],
    reason: 'it drops table options and quotes names in a way that cannot be checked',
  },
  {
    names: ['replace', 'insert-ignore', 'delayed-insert'],
    reason: 'a restore would silently lose rows with equal keys',
  },
  {
    names: ['default-character-set'],
    reason: 'characters that the other character set lacks would be lost',
    fix: 'Remove it: utf8mb4 has them all.',
    unless: /^utf8mb4$/i,
    isHarmlessDefault: true,
  },
  {
    names: ['no-set-names'],
    reason: 'the dump would not say which character set it is in',
  },
  {
    names: ['skip-opt'],
    reason: 'it drops table options and keeps whole tables in the memory of the server',
    fix: 'Write the single options that you need of it, as in: --skip-extended-insert or --skip-add-locks',
  },
]

/** Options that are on in every dump and must stay on. `single-transaction` has its own rule. */
export const requiredOptions: readonly Refusal[] = [
  {
    names: ['comments'],
    reason: 'it leaves out the last line, which proves that the dump is complete',
    isHarmlessDefault: true,
  },
  {
    names: ['routines', 'events', 'triggers'],
    reason: 'the database could not be restored with all its parts',
    fix: 'Remove it. If the user lacks the right to read them, grant it: the run prints what is missing.',
    isHarmlessDefault: true,
  },
  {
    names: ['quick'],
    reason: 'whole tables would be kept in the memory of the server',
    isHarmlessDefault: true,
  },
  {
    names: ['hex-blob'],
    reason: 'binary values could change on their way through character sets',
    isHarmlessDefault: true,
  },
  {
    names: ['create-options', 'opt'],
    reason: 'table options such as the engine and AUTO_INCREMENT would be lost',
    fix: 'Write the single options that you need, as in: --skip-extended-insert or --skip-add-locks',
  },
  {
    names: ['quote-names', 'set-charset'],
    reason: 'names and characters in the dump could be misread',
  },
]

/** Without a value of their own these take the next argument: the rest of the command line would shift. */
export const valuedOptions: readonly string[] = words(
  `max-allowed-packet net-buffer-length max-statement-time mysqld-long-query-time output-as-version ssl-ca ssl-capath
  ssl-cert ssl-cipher ssl-crl ssl-crlpath ssl-fips-mode ssl-key ssl-mode tls-ciphersuites tls-version bind-address
  character-sets-dir compression-algorithms default-auth server-public-key-path zstd-compression-level`,
)

function words(text: string): string[] {
  return text.split(/\s+/)
}
