import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server, connect as socketTo } from 'node:net'
import { join } from 'node:path'
import { node24 } from '../../runner/step-process'
import { command } from '../processes/command'

/** A network that nothing leaves, with names of its own, on which machines are servers with their usual ports. */
export interface Internet {
  /** What to put before a command so that it runs on this network, as on a runner. Its working folder is `/`. */
  readonly within: readonly string[]
  /** The file of the authority that the stores of this network are certified by. */
  readonly authority: string
  /** What the monitor was asked, as in `GET /path`. */
  heartbeats(): Promise<string[]>
  /** Ends it, and every machine on it. Does nothing the second time. */
  stop(): Promise<void>
}

interface InternetNames {
  hosts: Readonly<Record<string, string>>
  stores: readonly string[]
  storePort: number
  monitor: string
}

/** A process that holds a name space. */
export interface Holder {
  /** What to put before a command so that it runs in there. */
  readonly within: readonly string[]
  stop(): Promise<void>
}

const frontAddress = '127.0.1.1'

/**
 * Makes a network name space below `folder`, for root. `hosts` are the names on it and their addresses. The names in `stores`
 * lead to the S3 server at `storePort` of this machine, by TLS, and `monitor` hears heartbeats.
 */
export async function startInternet(
  folder: string,
  { hosts, stores, storePort, monitor }: InternetNames,
): Promise<Internet> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const names = { ...hosts, ...Object.fromEntries([...stores, monitor].map(name => [name, frontAddress])) }
  const lines = Object.entries({ localhost: '127.0.0.1', ...names }).map(([name, address]) => `${address} ${name}\n`)
  await writeFile(join(folder, 'hosts'), lines.join(''))
  await certify(folder, [...stores, monitor])

  // The network has no way out but this socket.
  const relay = await relayTo(join(folder, 'store.sock'), storePort)
  const holder = await hold([], ['--net', '--mount'], setUp, folder)
  const front = spawn(
    holder.within[0] ?? '',
    [...holder.within.slice(1), node24(), frontScript, folder, frontAddress, monitor],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  await firstLine(front)
  return {
    within: holder.within,
    authority: join(folder, 'authority.pem'),
    heartbeats: async () => (await readFile(join(folder, 'heartbeats'), 'utf8')).trim().split('\n'),
    async stop() {
      front.kill('SIGKILL')
      await holder.stop()
      relay.close()
    },
  }
}

const frontScript = join(__dirname, 'tls-front.mts')

const setUp = `
mount --bind "$1/hosts" /etc/hosts
busybox ifconfig lo 127.0.0.1 up
`

/** Keys and certificates by openssl: an authority, and one certificate for all the names. */
async function certify(folder: string, names: readonly string[]): Promise<void> {
  const script = `
cd "$1"
set -- -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes
openssl req -x509 -days 2 "$@" -subj /CN=Authority -keyout authority.key -out authority.pem
openssl req "$@" -subj /CN=Store -keyout store.key -out store.csr
openssl x509 -req -days 2 -in store.csr -CA authority.pem -CAkey authority.key -CAcreateserial -extfile names -out store.pem
`
  await writeFile(join(folder, 'names'), `subjectAltName=${names.map(name => `DNS:${name}`).join(',')}\n`)
  await command('sh', ['-euc', script, 'sh', folder])
}

async function relayTo(path: string, port: number): Promise<Server> {
  const server = createServer(near => {
    const far = socketTo({ host: '127.0.0.1', port })
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  await new Promise<void>((done, failed) => server.once('error', failed).listen(path, done))
  return server
}

/**
 * Starts a process in new name spaces, runs `script` in it (a shell's, with `args` as its arguments) and keeps it until
 * it is stopped or this process ends. What runs in there ends with it if it has processes of its own (`--pid`).
 */
export async function hold(
  within: readonly string[],
  spaces: readonly string[],
  script: string,
  ...args: readonly string[]
): Promise<Holder> {
  const shell = ['sh', '-euc', `${script}\necho ready\nexec cat >/dev/null`, 'sh', ...args]
  // The kernel ends it when this process dies, even by SIGKILL.
  const [program = '', ...rest] = [...within, 'setpriv', '--pdeathsig', 'KILL', 'unshare', ...spaces, '--', ...shell]
  const holder = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] })
  await firstLine(holder)
  const pid = spaces.includes('--fork') ? onlyChild(holder.pid ?? 0) : (holder.pid ?? 0)
  const kinds = [...(spaces.includes('--pid') ? ['--pid'] : []), '--net', '--mount']
  return {
    within: ['nsenter', `--target=${pid}`, ...kinds, '--'],
    async stop() {
      if (holder.exitCode !== null || holder.signalCode !== null) return
      const ended = new Promise(done => holder.once('close', done))
      holder.stdin.end()
      holder.kill('SIGKILL')
      await ended
    },
  }
}

function onlyChild(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}

/** Waits for a line on standard output. Throws with what was written on standard error when it ends before. */
function firstLine(child: ChildProcess): Promise<void> {
  let said = ''
  child.stderr?.on('data', chunk => {
    said += chunk
  })
  return new Promise((done, failed) => {
    child.stdout?.once('data', () => done())
    child.once('error', failed)
    child.once('close', code => failed(new Error(`${child.spawnargs.join(' ')} ended with ${code}: ${said}`)))
  })
}
