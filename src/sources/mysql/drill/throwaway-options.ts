import type { ServerVersion } from './server-version'

/** Where a throwaway server keeps what. */
export interface ThrowawayPaths {
  data: string
  socket: string
  exchange: string
  /** The server refuses to run as root unless an option says so. */
  isRoot: boolean
  /** For a copy of the server program: where the files that belong to it are. */
  baseFolder?: string
}

/** The programs that make a data folder for MariaDB, the newer name first. MySQL's server does it itself. */
export const installerNames = ['mariadb-install-db', 'mysql_install_db'] as const

/** What a data folder is made with. Its root has no password: only this user gets to the socket. */
export function initialOptions(flavor: ServerVersion['flavor'], paths: ThrowawayPaths): string[] {
  const common = commonOptions(paths)
  if (flavor === 'mysql') return [...common, '--initialize-insecure']
  return [...common, '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
}

/** What the server is started with. Options that one flavour lacks, or a later version drops, are `--loose-`. */
export function serverOptions(paths: ThrowawayPaths): string[] {
  return [
    ...commonOptions(paths),
    `--socket=${paths.socket}`,
    `--pid-file=${paths.data}/server.pid`,
    '--skip-networking',
    // MySQL's second door.
    '--loose-mysqlx=OFF',
    `--secure-file-priv=${paths.exchange}`,
    // What is restored for a trial must not begin to work.
    '--event-scheduler=OFF',
    '--skip-log-bin',
    '--log-bin-trust-function-creators=ON',
    '--max-allowed-packet=1G',
    // A crash loses nothing that is worth keeping.
    '--innodb-flush-log-at-trx-commit=0',
    '--loose-innodb-flush-method=nosync',
    '--loose-innodb-doublewrite=OFF',
    '--innodb-buffer-pool-size=256M',
    '--loose-performance-schema=OFF',
    ...lenience,
  ]
}

/** Tables that an old server took, and that has them still, are not refused for what became the default since. */
const lenience = [
  // Rows that might become too long for their page; https://mariadb.com/kb/en/innodb-strict-mode/
  '--loose-innodb-strict-mode=OFF',
  // Keys longer than 767 bytes, which MySQL 5.6 and MariaDB 10.1 allow only with an option.
  '--loose-innodb-file-format=Barracuda',
  '--loose-innodb-large-prefix=ON',
  // Off by themselves only since MariaDB 10.6.6.
  '--loose-innodb-read-only-compressed=OFF',
  // A foreign key on a column that is not unique: MySQL 8.4 refuses it.
  '--loose-restrict-fk-on-non-standard-key=OFF',
]

function commonOptions({ data, isRoot, baseFolder }: ThrowawayPaths): string[] {
  return [
    // Must be the first.
    '--no-defaults',
    ...(isRoot ? ['--user=root'] : []),
    ...(baseFolder === undefined ? [] : [`--basedir=${baseFolder}`]),
    `--datadir=${data}`,
  ]
}
