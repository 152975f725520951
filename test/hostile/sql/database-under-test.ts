import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localConnection } from '../../../src/server/local/local-connection'
import type { DatabaseAccess } from '../../../src/sources/mysql/client/database-access'
import { importOptions } from '../../../src/sources/mysql/restore/import/open-import'
import type { Connection } from '../../../src/ssh/remote'
import { startMariadb } from '../../servers/database/mariadb'

/** A database server that hostile dumps are imported into, as root, by the client of the server's own machine. */
export interface DatabaseUnderTest {
  connection: Connection
  access: DatabaseAccess
  hasFile(path: string): boolean
  sql(text: string, database?: string): string
  /** Runs SQL as an import does, but goes on after what fails; returns nothing. */
  runAll(text: Buffer, database: string, access: DatabaseAccess): void
  /** The dump of a database by the server's own tool, as a backup makes it. */
  dump(database: string, options: readonly string[]): string
  /** Ends it, if it is one of our own. */
  close(): Promise<void>
}

/** The variable that names another server than one of our own: the folder of a chroot, and the socket in it. */
const placeVariable = 'MAKE_A_BACKUP_HOSTILE_SERVER'

/** The server at a socket that others started. `enter`: the words before a program that runs where the server does. */
export function databaseAt(enter: readonly string[], socket: string): DatabaseUnderTest {
  const login = ['--no-defaults', '--user=root', `--socket=${socket}`]
  const place = { enter, access: { user: 'root', password: '', socket }, close: async () => {} }
  return at(place, { client: 'mysql', dumper: 'mysqldump', login })
}

/** A server that nobody else uses: what it holds besides the target must stay the same. */
export async function openDatabaseUnderTest(): Promise<DatabaseUnderTest> {
  const [root, socket] = (process.env[placeVariable] ?? '').split(':')
  if (root !== undefined && socket !== undefined) return databaseAt(['chroot', root], socket)
  const folder = await mkdtemp(join(tmpdir(), 'make-a-backup-hostile-'))
  const mariadb = await startMariadb(folder)
  const access = { user: 'root', password: mariadb.rootPassword, socket: mariadb.socket }
  const close = async () => {
    await mariadb.stop()
    await rm(folder, { recursive: true })
  }
  const login = [`--defaults-file=${mariadb.clientConfig}`]
  return at({ enter: [], access, close }, { client: 'mariadb', dumper: 'mariadb-dump', login })
}

function at(
  { enter, access, close }: Pick<DatabaseUnderTest, 'access' | 'close'> & { enter: readonly string[] },
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
    ...{ access, close },
    hasFile: path => {
      const [program = '', ...others] = [...enter, 'test', '-e', path]
      return spawnSync(program, others).status === 0
    },
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
