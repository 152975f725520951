import { execFileSync, spawnSync } from 'node:child_process'
import { localConnection } from '../../../src/server/local/local-connection'
import type { DatabaseAccess } from '../../../src/sources/mysql/client/database-access'
import { importOptions } from '../../../src/sources/mysql/restore/import/open-import'
import type { Connection } from '../../../src/ssh/remote'
import type { Services } from '../../servers/services'

/** A database server that hostile dumps are imported into, as root, by the client of the server's own machine. */
export interface DatabaseUnderTest {
  connection: Connection
  access: DatabaseAccess
  /** The words before a program that runs where the server does. */
  enter: readonly string[]
  sql(text: string, database?: string): string
  /** Runs SQL as an import does, but goes on after what fails; returns nothing. */
  runAll(text: Buffer, database: string, access: DatabaseAccess): void
  /** The dump of a database by the server's own tool, as a backup makes it. */
  dump(database: string, options: readonly string[]): string
}

/** The variable that names another server than that of the tests: the folder of a chroot, and the socket in it. */
const placeVariable = 'MAKE_A_BACKUP_HOSTILE_SERVER'

export function databaseUnderTest({ mysql }: Services): DatabaseUnderTest {
  const [root, socket] = (process.env[placeVariable] ?? '').split(':')
  if (root === undefined || socket === undefined) {
    const tools = { client: 'mariadb', dumper: 'mariadb-dump', login: [`--defaults-file=${mysql.clientConfig}`] }
    const admin = { user: 'hostile_admin', password: 'all rights', socket: mysql.socket }
    const server = at([], admin, tools)
    const account = `'${admin.user}'@'localhost'`
    server.sql(`CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${admin.password}';
      GRANT ALL ON *.* TO ${account} WITH GRANT OPTION;`)
    return server
  }
  const tools = { client: 'mysql', dumper: 'mysqldump', login: ['--no-defaults', '--user=root', `--socket=${socket}`] }
  return at(['chroot', root], { user: 'root', password: '', socket }, tools)
}

function at(
  enter: readonly string[],
  access: DatabaseAccess,
  { client, dumper, login }: { client: string; dumper: string; login: readonly string[] },
): DatabaseUnderTest {
  const run = (words: readonly string[], input: string) => {
    const [program = '', ...others] = [...enter, ...words]
    return execFileSync(program, others, {
      input,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  }
  const quiet = ['--batch', '--skip-column-names', '--default-character-set=utf8mb4']
  return {
    connection: localConnection({ command: enter, environment: { PATH: process.env['PATH'], HOME: '/nonexistent' } }),
    access,
    enter,
    sql: (text, database) =>
      run([client, ...login, ...quiet, ...(database === undefined ? [] : [`--database=${database}`])], text),
    runAll: (text, database, { user = '', password = '', socket = '' }) => {
      const options = ['--no-defaults', `--user=${user}`, `--password=${password}`, `--socket=${socket}`]
      const [program = '', ...others] = [
        ...enter,
        client,
        ...options,
        ...importOptions,
        '--force',
        `--database=${database}`,
      ]
      spawnSync(program, others, { input: text, stdio: ['pipe', 'ignore', 'ignore'] })
    },
    dump: (database, options) => run([dumper, ...login, ...options, '--', database], ''),
  }
}
