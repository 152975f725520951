import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lockKeys, serverCommand } from './forced-keys'
import { freePort } from './free-port'
import { command, tryCommand } from './processes/command'

type HostKeyType = 'ed25519' | 'ecdsa' | 'rsa'

export interface SshdOptions {
  /** Further lines for sshd_config; for most keywords the first one counts, and these come first. */
  config?: readonly string[]
  /** Which host keys to make, ed25519 alone unless told. */
  hostKeyTypes?: readonly HostKeyType[]
  /** Variables of every session, over sshd's own: PATH, HOME and the like. */
  environment?: Readonly<Record<string, string>>
  /** A shell that is given each command as the user's login shell would be: `/usr/bin/fish`. */
  loginShell?: string
}

/** The system's sshd with a configuration, keys and port of its own. Whoever runs it is the user who can log in. */
export interface SshdServer {
  host: '127.0.0.1'
  port: number
  user: string
  /** `known_hosts` lines for all its host keys. */
  knownHosts: string
  /** `SHA256:…` by key type. */
  fingerprints: Partial<Record<HostKeyType, string>>
  /** The text of a private key (ed25519) that may log in. */
  privateKey: string
  authorizedKeysFile: string
  /** What sshd wrote so far. */
  log(): Promise<string>
  /** SIGKILL to the server's end of every live connection: a dead link. The server itself goes on. */
  killSessions(): void
  /** Ends the server, its sessions and what runs in them. Does nothing the second time. */
  stop(): Promise<void>
}

const sshdPath = '/usr/sbin/sshd'

/**
 * Starts sshd in `dir` (made when it is not there) on a free port of 127.0.0.1. Keys from an earlier start are used
 * again.
 */
export async function startSshd(dir: string, options: SshdOptions = {}): Promise<SshdServer> {
  if (!existsSync(sshdPath)) throw new Error(`${sshdPath} is missing: apt-get install openssh-server`)
  const folder = resolve(dir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // sshd's root process refuses to start without the folder it locks its unprivileged part into.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })

  const types = options.hostKeyTypes ?? ['ed25519']
  for (const type of types) await makeKey(type, join(folder, `host_${type}`))
  await makeKey('ed25519', join(folder, 'user_key'))
  const authorizedKeysFile = join(folder, 'authorized_keys')
  await writeFile(authorizedKeysFile, await readFile(join(folder, 'user_key.pub')), { mode: 0o600 })

  const config = [...(options.config ?? []), ...(await unpunished())]
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const configFile = join(folder, 'sshd_config')
    const text = configText(folder, port, types, authorizedKeysFile, { ...options, config })
    await writeFile(configFile, text)
    const logFile = join(folder, 'sshd.log')
    await rm(logFile, { force: true })
    const sshd = [sshdPath, '-D', '-f', configFile, '-E', logFile] as const
    const [program, ...words] = serverCommand(folder, port, sshd, options.environment?.['HOME'])
    const child = spawn(program, words, { stdio: 'ignore' })
    if (await answers(child, port)) {
      lockKeys(port, authorizedKeysFile, options.environment ?? {})
      return serverOf(child, { folder, port, types, authorizedKeysFile, logFile })
    }
    const log = existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''
    // Another process may take the port between the search and the start.
    if (attempt === 3 || !log.includes('Address already in use')) throw new Error(`sshd did not start:\n${log}`)
  }
}

/**
 * Since OpenSSH 9.8 an address whose connections do not log in is refused for a while; of the tests, many do not, and
 * all come from one address. A test of the penalties themselves says what it wants first.
 */
async function unpunished(): Promise<string[]> {
  // `sshd -V` came with 9.2; an older one prints its version with its usage.
  const { stdout, stderr } = await tryCommand(sshdPath, ['-V'])
  const [, major = 0, minor = 0] = /OpenSSH_(\d+)\.(\d+)/.exec(stdout + stderr) ?? []
  return Number(major) * 100 + Number(minor) >= 908 ? ['PerSourcePenalties no'] : []
}

function configText(
  folder: string,
  port: number,
  types: readonly HostKeyType[],
  authorizedKeysFile: string,
  { config = [], environment = {}, loginShell }: SshdOptions,
): string {
  const variables = Object.entries(environment).map(([name, value]) => quoted(`${name}=${value}`))
  return [
    ...config,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...types.map(type => `HostKey ${quoted(join(folder, `host_${type}`))}`),
    `AuthorizedKeysFile ${quoted(authorizedKeysFile)}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'UseDNS no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'PrintMotd no',
    'PrintLastLog no',
    'MaxStartups 100',
    'LogLevel VERBOSE',
    // sshd takes the first SetEnv line alone, so all variables build on one.
    ...(variables.length > 0 ? [`SetEnv ${variables.join(' ')}`] : []),
    ...(loginShell === undefined ? [] : [`ForceCommand exec ${loginShell} -c "$SSH_ORIGINAL_COMMAND"`]),
    '',
  ].join('\n')
}

function quoted(value: string): string {
  return `"${value.replace(/(["\\])/g, '\\$1')}"`
}

async function makeKey(type: HostKeyType, file: string): Promise<void> {
  if (existsSync(file)) return
  const bits = type === 'rsa' ? ['-b', '2048'] : []
  await command('ssh-keygen', ['-q', '-t', type, ...bits, '-N', '', '-C', 'test', '-f', file])
}

/** Waits until the port greets as SSH, or until sshd has ended. */
async function answers(child: ChildProcess, port: number): Promise<boolean> {
  for (let i = 0; i < 200 && child.exitCode === null && child.signalCode === null; i++) {
    if (await greets(port)) return true
    await sleep(50)
  }
  child.kill('SIGKILL')
  return false
}

function greets(port: number): Promise<boolean> {
  return new Promise(done => {
    const socket = connect({ host: '127.0.0.1', port })
    const finish = (answer: boolean) => {
      socket.destroy()
      done(answer)
    }
    socket.once('data', chunk => finish(chunk.toString('latin1').startsWith('SSH-')))
    socket.once('error', () => finish(false))
    socket.once('close', () => done(false))
  })
}

interface Facts {
  folder: string
  port: number
  types: readonly HostKeyType[]
  authorizedKeysFile: string
  logFile: string
}

async function serverOf(
  child: ChildProcess,
  { folder, port, types, authorizedKeysFile, logFile }: Facts,
): Promise<SshdServer> {
  const ended = new Promise<void>(done => child.once('exit', () => done()))
  const master = child.pid ?? -1
  /** Processes of sessions that were cut off: they may live on without their session. */
  const orphans: LiveProcess[] = []
  const lines: string[] = []
  const fingerprints: Partial<Record<HostKeyType, string>> = {}
  for (const type of types) {
    const file = join(folder, `host_${type}.pub`)
    const [keyType, key] = (await readFile(file, 'utf8')).split(' ')
    lines.push(`[127.0.0.1]:${port} ${keyType} ${key?.trim()}`)
    const printed = await command('ssh-keygen', ['-lf', file])
    fingerprints[type] = printed.split(' ')[1] ?? ''
  }
  return {
    host: '127.0.0.1',
    port,
    user: userInfo().username,
    knownHosts: `${lines.join('\n')}\n`,
    fingerprints,
    privateKey: await readFile(join(folder, 'user_key'), 'utf8'),
    authorizedKeysFile,
    log: () => readFile(logFile, 'utf8'),
    killSessions() {
      const below = descendants(master)
      const sessions = below.filter(isSshd)
      orphans.push(...below.filter(process => !isSshd(process)))
      for (const session of sessions) kill(session)
    },
    async stop() {
      const below = child.exitCode === null && child.signalCode === null ? descendants(master) : []
      child.kill('SIGTERM')
      for (const process of [...below, ...orphans.splice(0)]) kill(process)
      await ended
    },
  }
}

interface LiveProcess {
  pid: number
  parent: number
  name: string
  /** Clock ticks since boot: tells a process from a later one with the same number. */
  started: string
}

/** Since OpenSSH 9.8 each session is a program of its own, `sshd-session`, and since 10.0 there is `sshd-auth`. */
function isSshd({ name }: LiveProcess): boolean {
  return /^sshd(-\w+)?$/.test(name)
}

function descendants(root: number): LiveProcess[] {
  const all = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => processOf(Number(name)) ?? [])
  const found: LiveProcess[] = []
  let parents = new Set([root])
  while (parents.size > 0) {
    const children = all.filter(process => parents.has(process.parent))
    found.push(...children)
    parents = new Set(children.map(process => process.pid))
  }
  return found
}

/** From `/proc/<pid>/stat` (proc(5)); undefined when the process is gone. */
function processOf(pid: number): LiveProcess | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? []
  const fields = rest.split(' ')
  return { pid, name, parent: Number(fields[1]), started: fields[19] ?? '' }
}

function kill(target: LiveProcess): void {
  if (processOf(target.pid)?.started !== target.started) return
  try {
    process.kill(target.pid, 'SIGKILL')
  } catch {
    // It ended by itself in between.
  }
}
