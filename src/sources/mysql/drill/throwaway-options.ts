import type { ServerVersion } from '../target/server-version'

/** The folders and files of a throwaway server. */
export interface ThrowawayPaths {
  data: string
  socket: string
  exchange: string
  /** The server refuses to run as root unless an option says so. */
  isRoot: boolean
  /** For a copy of the server program: where its other files are. */
  baseFolder?: string
  /** What it has beyond a stock server. */
  extra: readonly string[]
}

/** The programs that create a data folder for MariaDB, the newer name first. MySQL's server does it itself. */
export const installerNames = ['mariadb-install-db', 'mysql_install_db'] as const

/** Options to create a data folder. Its root has no password: only this user can reach the socket. */
export function initialOptions(flavor: ServerVersion['flavor'], paths: ThrowawayPaths): string[] {
  const common = commonOptions(paths)
  if (flavor === 'mysql') return [...common, '--initialize-insecure']
  // By force: where the name of the machine leads nowhere, the installer would give up. Nobody comes by network.
  return [...common, '--force', '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
}

/**
 * Options to start the server. Where they concern SQL it is a stock server, as strict as the one that a restore may meet.
 * Options that some servers lack are `--loose-`.
 */
export function serverOptions(paths: ThrowawayPaths): string[] {
  return [
    ...commonOptions(paths),
    `--socket=${paths.socket}`,
    `--pid-file=${paths.data}/server.pid`,
    '--skip-networking',
    // MySQL's second protocol.
    '--loose-mysqlx=OFF',
    `--secure-file-priv=${paths.exchange}`,
    // Restored events must not run.
    '--event-scheduler=OFF',
    '--skip-log-bin',
    // Nothing here must survive a crash.
    '--innodb-flush-log-at-trx-commit=0',
    '--loose-innodb-flush-method=nosync',
    '--loose-innodb-doublewrite=OFF',
    '--innodb-buffer-pool-size=256M',
    '--loose-performance-schema=OFF',
  ]
}

function commonOptions({ data, isRoot, baseFolder, extra }: ThrowawayPaths): string[] {
  return [
    // Must be the first.
    '--no-defaults',
    ...(isRoot ? ['--user=root'] : []),
    ...(baseFolder === undefined ? [] : [`--basedir=${baseFolder}`]),
    `--datadir=${data}`,
    ...extra,
  ]
}
