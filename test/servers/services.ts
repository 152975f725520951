import { chmod, mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type MariadbServer, startMariadb } from './database/mariadb'
import { type Rgw, startRgw } from './rgw'
import { startSshd } from './sshd'

/** Where the servers are and how to get in: everything a test or the demo needs, as it goes through a JSON file. */
export interface Services {
  /** `home`: what `~` is in a session, empty at the start. */
  ssh: { host: string; port: number; user: string; privateKey: string; knownHosts: string; home: string }
  /** `user` may do everything. `clientConfig`: an option file for the client tools, as root. */
  mysql: { socket: string; port: number; user: string; password: string; clientConfig: string }
  s3: { endpoint: string; accessKey: string; secretKey: string }
  /** For whatever the tests lay down; goes away with the servers. */
  folder: string
}

export interface RunningServices extends Services {
  mariadb: MariadbServer
  rgw: Rgw
  stop(): Promise<void>
}

/** The password is as awkward as passwords get in an option file: quotes, a backslash, `#`, `%`, a space, an umlaut. */
const backupUser = { user: 'backup', password: 'p4ss "wörd" \\n\'#;%41$HOME' }

/**
 * Starts sshd, MariaDB and the S3 server side by side under `dir`, on 127.0.0.1. Keys and databases from an earlier
 * start are used again; the S3 server and the other folders begin empty each time.
 */
export async function startServices(dir: string): Promise<RunningServices> {
  const root = resolve(dir)
  const place = async (name: string, isKept: boolean): Promise<string> => {
    const path = join(root, name)
    if (!isKept) await rm(path, { recursive: true, force: true })
    await mkdir(path, { recursive: true })
    await chmod(path, 0o700)
    return path
  }
  const home = await place('home', false)
  const started = await Promise.allSettled([
    place('sshd', true).then(path => startSshd(path, { environment: { HOME: home } })),
    place('mariadb', true).then(path => startMariadb(path)),
    place('rgw', false).then(path => startRgw(path)),
  ])
  const [sshd, mariadb, rgw] = started
  const stop = async (): Promise<void> => {
    await Promise.allSettled(started.map(async one => (one.status === 'fulfilled' ? one.value.stop() : undefined)))
  }
  if (sshd.status === 'rejected' || mariadb.status === 'rejected' || rgw.status === 'rejected') {
    await stop()
    const reasons = started.flatMap(one => (one.status === 'rejected' ? [one.reason] : []))
    throw new AggregateError(reasons, `A server of the tests did not start: ${reasons.map(String).join('\n')}`)
  }

  await mariadb.value.createAdministrator(backupUser.user, backupUser.password)
  const { host, port, user, privateKey, knownHosts } = sshd.value
  const { endpoint, accessKey, secretKey } = rgw.value
  return {
    ssh: { host, port, user, privateKey, knownHosts, home },
    mysql: {
      socket: mariadb.value.socket,
      port: mariadb.value.port,
      ...backupUser,
      clientConfig: mariadb.value.clientConfig,
    },
    s3: { endpoint, accessKey, secretKey },
    folder: await place('files', false),
    mariadb: mariadb.value,
    rgw: rgw.value,
    stop,
  }
}
