import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type MariadbServer, startMariadb } from './database/mariadb'
import type { Services } from './services'
import { startSshd } from './sshd'

/** A whole server of its own: a login by SSH, a home folder, a database server. */
export interface SiteServer {
  /** The services of the tests, with this server's SSH and database in them. */
  services: Services
  mariadb: MariadbServer
  /** Ends it for good, as a machine that is lost. Does nothing the second time. */
  stop(): Promise<void>
}

/** Starts one below `folder`, with a database user who may do everything. */
export async function startSiteServer(shared: Services, folder: string): Promise<SiteServer> {
  const home = join(folder, 'home')
  await mkdir(home, { recursive: true, mode: 0o700 })
  const [sshd, mariadb] = await Promise.all([
    startSshd(join(folder, 'sshd'), { environment: { HOME: home } }),
    startMariadb(join(folder, 'mariadb')),
  ])
  const { user, password } = shared.mysql
  await mariadb.createAdministrator(user, password)
  const { host, port, user: login, privateKey, knownHosts } = sshd
  const { socket, port: databasePort, clientConfig } = mariadb
  return {
    services: {
      ...shared,
      ssh: { host, port, user: login, privateKey, knownHosts, home },
      mysql: { socket, port: databasePort, user, password, clientConfig },
    },
    mariadb,
    stop: async () => {
      await Promise.all([sshd.stop(), mariadb.stop()])
    },
  }
}
