import { type Finding, problem } from '../findings/finding'

/** A program that jobs run on the server, by the name that the script gives it. */
export type ServerTool = 'rsync' | 'tar' | 'gzip' | 'pigz' | 'zstd' | 'client' | 'dump-tool'

/** What is known of the server's system; empty and undefined where nothing is. */
export interface ServerSystem {
  /** `ID` and `ID_LIKE` of its os-release: `ubuntu`, `debian`. */
  distribution: readonly string[]
  /** The database server that is installed: its package on RPM systems, otherwise `mysql` or `mariadb`. */
  databaseServer: string | undefined
}

export const unknownSystem: ServerSystem = { distribution: [], databaseServer: undefined }

/** Reads what `describe_system` of the script says: `ubuntu,debian mysql`. */
export function parseSystem(text: string): ServerSystem {
  const [distribution = '', server = ''] = text.split(' ')
  return {
    distribution: distribution.split(',').filter(id => /^[a-z0-9._-]+$/.test(id)),
    databaseServer: /^(?!unknown$)[A-Za-z0-9._+-]+$/.test(server) ? server : undefined,
  }
}

/** The finding for a tool that the server lacks. `otherwise`: an alternative, as the end of a sentence. */
export function missingTool(tool: ServerTool, system: ServerSystem, otherwise = ''): Finding {
  const { name, isDatabase = false } = tools[tool]
  const manager = managerOf(system)
  const install = `Install it there${manager.note}, or make sure that it is on the PATH of a non-interactive SSH login${otherwise}:`
  const steps = isDatabase ? clientSteps(system, manager) : [`${manager.install} ${tool}`]
  return problem('tool-missing', `${name} was not found on the server.`, [install, ...steps].join('\n'))
}

/** The command that installs a package which has this name everywhere. */
export function installCommand(name: string, system: ServerSystem): string {
  return `${managerOf(system).install} ${name}`
}

const tools: Readonly<Record<ServerTool, { name: string; isDatabase?: true }>> = {
  rsync: { name: 'rsync' },
  tar: { name: 'tar' },
  gzip: { name: 'gzip (or pigz)' },
  pigz: { name: 'pigz' },
  zstd: { name: 'zstd' },
  client: { name: 'mysql (or mariadb)', isDatabase: true },
  'dump-tool': { name: 'mysqldump (or mariadb-dump)', isDatabase: true },
}

interface PackageManager {
  /** IDs of the distributions that have it, or are like one that has. */
  ids: readonly string[]
  /** The command, up to the names of packages. */
  install: string
  /** For the sentence before the command. */
  note: string
  clients: Readonly<Record<Flavor, (server: string) => string>>
}

type Flavor = 'mysql' | 'mariadb'

const apt: PackageManager = {
  ids: ['debian', 'ubuntu'],
  install: 'sudo apt install',
  note: '',
  clients: { mysql: () => 'mysql-client', mariadb: () => 'mariadb-client' },
}

const managers: readonly PackageManager[] = [
  apt,
  {
    ids: ['fedora', 'rhel', 'centos'],
    install: 'sudo dnf install',
    note: '',
    clients: { mysql: server => rpmClient(server, 'mysql'), mariadb: server => rpmClient(server, 'mariadb') },
  },
  {
    ids: ['alpine'],
    install: 'apk add',
    note: ', as root',
    // There is no MySQL; its `mysql-client` is MariaDB's under another name.
    clients: { mysql: () => 'mariadb-client', mariadb: () => 'mariadb-client' },
  },
]

function managerOf({ distribution }: ServerSystem): PackageManager {
  const own = distribution.flatMap(id => managers.find(({ ids }) => ids.includes(id)) ?? [])
  return own[0] ?? { ...apt, note: ' (this is for Debian and Ubuntu)' }
}

/**
 * The package of the client that goes with the package of a server. The distributions' own is the server's without
 * `-server` (`mysql8.4-server`: `mysql8.4`), that of the makers has `client` in its place (`MariaDB-server`).
 */
function rpmClient(server: string, own: string): string {
  if (/^(MariaDB|mysql-community|percona)-/.test(server)) return server.replace(/server$/, 'client')
  return server.endsWith('-server') ? server.slice(0, -'-server'.length) : own
}

/** The clients of the two products exclude each other, and one takes the server of the other with it. */
function clientSteps({ databaseServer = '' }: ServerSystem, { install, clients }: PackageManager): string[] {
  const flavor: Flavor | undefined = /maria/i.test(databaseServer)
    ? 'mariadb'
    : /mysql|percona/i.test(databaseServer)
      ? 'mysql'
      : undefined
  const command = (each: Flavor) => `${install} ${clients[each](databaseServer)}`
  const [maria, mysql] = [command('mariadb'), command('mysql')]
  if (maria === mysql) return [maria]
  if (flavor !== undefined) {
    const [here, other] = flavor === 'mysql' ? ['MySQL', 'MariaDB'] : ['MariaDB', 'MySQL']
    return [
      command(flavor),
      `Not the client of ${other}: it would remove the server of ${here} that is installed there.`,
    ]
  }
  return [
    'The client of the product that the site uses, since the wrong one removes a database server of the other product. For MariaDB:',
    maria,
    'For MySQL:',
    mysql,
  ]
}
