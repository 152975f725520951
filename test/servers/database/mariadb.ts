import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../free-port'
import { command, tryCommand } from '../processes/command'

/** A MariaDB server of our own: its own data folder, socket and port on 127.0.0.1. */
export interface MariadbServer {
  socket: string
  port: number
  /** An option file with which the client tools log in as root. */
  clientConfig: string
  /** The password of `root`@`localhost` and `root`@`127.0.0.1`. */
  rootPassword: string
  pid: number
  /**
   * Runs SQL as root through the command-line client, so `DELIMITER` works. Returns its output: columns separated by
   * tabs, no heading, line breaks inside a value written as `\n`. Throws with the server's message on an error.
   */
  sql(text: string, database?: string): Promise<string>
  /** Makes `name`@`localhost` and `name`@`127.0.0.1` anew, with grants like `SELECT, SHOW VIEW ON shop.*`. */
  createUser(name: string, password: string, grants?: readonly string[]): Promise<void>
  /** The same with all rights, and that of passing them on. */
  createAdministrator(name: string, password: string): Promise<void>
  /** Ends the server in good order. Does nothing the second time. */
  stop(): Promise<void>
  /** SIGKILL: what a crash or the OOM killer does. */
  kill(): Promise<void>
}

/**
 * Starts MariaDB in `dir` (made when it is not there). A data folder left by a server that was stopped is used again.
 * Durability is off: this is for tests, and fast.
 */
export async function startMariadb(dir: string): Promise<MariadbServer> {
  const folder = resolve(dir)
  const data = join(folder, 'data')
  const temp = join(folder, 'temp')
  await mkdir(temp, { recursive: true, mode: 0o700 })
  const root = process.getuid?.() === 0
  const asUser = root ? ['--user=root'] : []
  const passwordFile = join(folder, 'root-password')
  const isNew = !existsSync(passwordFile)
  if (isNew) {
    // Whatever is there is from a start that did not come to its end.
    await rm(data, { recursive: true, force: true })
    await command('mariadb-install-db', [
      '--no-defaults',
      ...asUser,
      `--datadir=${data}`,
      `--tmpdir=${temp}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
      '--innodb-flush-method=nosync',
      '--innodb-log-file-size=16M',
    ])
  }

  const rootPassword = isNew ? randomBytes(12).toString('hex') : (await readFile(passwordFile, 'utf8')).trim()
  const port = await freePort()
  // A socket's path may have 107 bytes and no more (unix(7)).
  const socketFolder = folder.length < 95 ? folder : await mkdtemp(join(tmpdir(), 'make-a-backup-'))
  const socket = join(socketFolder, 'm.sock')
  const init = join(folder, 'init.sql')
  const hosts = ['localhost', '127.0.0.1']
  await writeFile(
    init,
    hosts
      .map(
        host => `CREATE OR REPLACE USER root@'${host}' IDENTIFIED BY '${rootPassword}';
GRANT ALL ON *.* TO root@'${host}' WITH GRANT OPTION;\n`,
      )
      .join(''),
    { mode: 0o600 },
  )
  const clientConfig = join(folder, 'client.cnf')
  await writeFile(
    clientConfig,
    `[client]\nuser=root\npassword=${rootPassword}\nsocket=${socket}\ndefault-character-set=utf8mb4\n`,
    { mode: 0o600 },
  )

  const log = join(folder, 'mariadbd.log')
  // The kernel ends the server when this process dies, even by SIGKILL.
  const options = serverOptions({ data, temp, socket, port, log, init, asUser })
  const server = spawn('setpriv', ['--pdeathsig', 'KILL', 'mariadbd', ...options], { stdio: 'ignore' })
  const ended = new Promise<string>(done => {
    server.once('error', error => done(error.message))
    server.once('exit', (code, signal) => done(`ended with ${signal ?? code}`))
  })
  const client = [`--defaults-file=${clientConfig}`]
  await ready(client, ended, log)
  let isEnding = false
  void ended.then(async how => {
    if (isEnding) return
    // What the suites say then is only that there is no server.
    process.stderr.write(`MariaDB in ${folder} ${how}, and no test has asked for it.\n${await lastLines(log)}\n`)
  })
  const stop = (signal: 'SIGTERM' | 'SIGKILL') => {
    isEnding = true
    return end(server, signal, ended)
  }
  await writeFile(passwordFile, rootPassword, { mode: 0o600 })

  const sql = (text: string, database?: string) => runSql(clientConfig, text, database)
  const createUser = async (name: string, password: string, grants: readonly string[], option = '') => {
    const accounts = hosts.map(host => `${quote(name)}@'${host}'`)
    const statements = accounts.flatMap(account => [
      `CREATE OR REPLACE USER ${account} IDENTIFIED BY ${quote(password)}`,
      ...grants.map(grant => `GRANT ${grant} TO ${account}${option}`),
    ])
    await sql(`${statements.join(';\n')};`)
  }
  return {
    socket,
    port,
    clientConfig,
    rootPassword,
    pid: server.pid ?? 0,
    sql,
    createUser: (name, password, grants = []) => createUser(name, password, grants),
    createAdministrator: (name, password) => createUser(name, password, ['ALL ON *.*'], ' WITH GRANT OPTION'),
    stop: () => stop('SIGTERM'),
    kill: () => stop('SIGKILL'),
  }
}

/** Runs SQL as `MariadbServer.sql` does, from any process that may read the server's `client.cnf`. */
export function runSql(clientConfig: string, text: string, database?: string): Promise<string> {
  const chosen = database === undefined ? [] : [`--database=${database}`]
  // Without --comments the client takes comments out of the bodies of triggers and routines.
  const options = ['--batch', '--skip-column-names', '--comments']
  return command('mariadb', [`--defaults-file=${clientConfig}`, ...options, ...chosen], text)
}

interface ServerPlaces {
  data: string
  temp: string
  socket: string
  port: number
  log: string
  init: string
  asUser: readonly string[]
}

function serverOptions(places: ServerPlaces): string[] {
  return [
    '--no-defaults',
    ...places.asUser,
    `--datadir=${places.data}`,
    // Each its own: when it starts, a server removes the temporary tables that it finds.
    `--tmpdir=${places.temp}`,
    `--socket=${places.socket}`,
    `--port=${places.port}`,
    `--init-file=${places.init}`,
    `--log-error=${places.log}`,
    `--pid-file=${places.data}/mariadbd.pid`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
    '--performance-schema=OFF',
    '--event-scheduler=OFF',
    '--log-bin-trust-function-creators=ON',
    '--max-allowed-packet=1G',
    '--innodb-buffer-pool-size=64M',
    '--innodb-log-file-size=16M',
    '--innodb-flush-method=nosync',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-doublewrite=OFF',
    '--key-buffer-size=1M',
    '--aria-pagecache-buffer-size=8M',
  ]
}

async function ready(client: readonly string[], ended: Promise<string>, log: string): Promise<void> {
  let end: string | undefined
  void ended.then(how => {
    end = how
  })
  const deadline = performance.now() + 60_000
  while (performance.now() < deadline && end === undefined) {
    // A query and not a ping: a ping is answered before the init file has set the password.
    const answer = await tryCommand('mariadb', [...client, '-e', 'SELECT 1'])
    if (answer.code === 0) return
    await new Promise(wait => setTimeout(wait, 50))
  }
  throw new Error(
    `MariaDB did not start (${end ?? 'no answer within a minute'}). Where AppArmor confines mariadbd to /var/lib/mysql, ` +
      `sudo aa-complain /usr/sbin/mariadbd lets it use another folder.\n${await lastLines(log)}`,
  )
}

async function lastLines(log: string): Promise<string> {
  return existsSync(log) ? (await readFile(log, 'utf8')).split('\n').slice(-15).join('\n') : ''
}

async function end(server: ChildProcess, signal: 'SIGTERM' | 'SIGKILL', ended: Promise<string>): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) server.kill(signal)
  await ended
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
