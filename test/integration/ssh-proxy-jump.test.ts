import { randomBytes } from 'node:crypto'
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { ActionError, CancelledError, FailureError, UserError } from '../../src/runtime/errors'
import { connect } from '../../src/ssh/connection'
import { parseHostKeyPins } from '../../src/ssh/keys/host-keys'
import { readPrivateKey } from '../../src/ssh/keys/private-key'
import type { Connection, RemoteProcess, SshTarget } from '../../src/ssh/remote'
import type { SshTimeouts } from '../../src/ssh/timeouts'
import { freePort } from '../servers/free-port'
import { type SshdOptions, type SshdServer, startSshd } from '../servers/sshd'
import { startTcpProxy } from '../servers/tcp-proxy'

let dir = ''
let jump: SshdServer
let server: SshdServer
const open: Connection[] = []
const running: { stop(): Promise<void> }[] = []

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'make-a-backup-jump-'))
  jump = await startSshd(join(dir, 'jump'), { hostKeyTypes: ['ed25519', 'rsa'] })
  server = await anotherSshd('server', { hostKeyTypes: ['ed25519', 'rsa'] })
  running.length = 0
})

afterEach(async () => {
  for (const connection of open.splice(0)) connection.close()
  for (const each of running.splice(0)) await each.stop()
})

afterAll(async () => {
  await jump?.stop()
  await server?.stop()
  await rm(dir, { recursive: true, force: true })
})

/** A server that lets the user of the jump host in with the same key. */
async function anotherSshd(name: string, options: SshdOptions = {}): Promise<SshdServer> {
  const started = await startSshd(join(dir, name), options)
  running.push(started)
  await appendFile(started.authorizedKeysFile, await readFile(join(dir, 'jump', 'user_key.pub')))
  return started
}

interface Way {
  jumpPort?: number
  jumpUser?: string
  host?: string
  port?: number
  pins?: string
}

function target({ jumpPort = jump.port, jumpUser = jump.user, host, port, pins }: Way = {}): SshTarget {
  const hostKeys = parseHostKeyPins(pins ?? jump.knownHosts + server.knownHosts)
  const login = { privateKey: readPrivateKey(jump.privateKey), hostKeys }
  return {
    host: host ?? server.host,
    port: port ?? server.port,
    user: server.user,
    ...login,
    jump: { host: jump.host, port: jumpPort, user: jumpUser, ...login },
  }
}

async function connected(way: Way = {}, timeouts: Partial<SshTimeouts> = {}): Promise<Connection> {
  const signal = new AbortController().signal
  const connection = await connect(target(way), { signal, timeouts: { showPauseMs: 1, ...timeouts } })
  open.push(connection)
  return connection
}

async function refusal(way: Way, timeouts: Partial<SshTimeouts> = { retryMs: [] }): Promise<ActionError> {
  try {
    await connected(way, timeouts)
  } catch (error) {
    if (error instanceof ActionError) return error
    throw error
  }
  throw new Error('it connected')
}

/** The lines that sshd adds to its log meanwhile. */
async function logDuring(sshd: SshdServer, work: () => Promise<unknown>): Promise<string> {
  const before = (await sshd.log()).length
  await work()
  return (await sshd.log()).slice(before)
}

const logins = (log: string): number => log.split('Accepted publickey').length - 1
const connections = (log: string): number => log.split('Connection from').length - 1

async function echo(connection: Connection, data: Buffer): Promise<Buffer> {
  const process = await connection.exec('cat')
  process.stderr.resume()
  const [back] = await Promise.all([buffer(process.stdout), pipeline(Readable.from([data]), process.stdin)])
  expect(await process.exit).toEqual({ kind: 'code', code: 0 })
  return back
}

async function said(process: RemoteProcess): Promise<string> {
  process.stderr.resume()
  return text(process.stdout)
}

describe('connect through a jump host', () => {
  it('runs commands on the server behind it, and tells how they ended', async () => {
    const connection = await connected()
    expect(connection.serverVersion).toMatch(/^SSH-2\.0-OpenSSH_\d/)
    const process = await connection.exec('echo "$SSH_CONNECTION"; echo err >&2; exit 3')
    const [stdout, stderr] = await Promise.all([text(process.stdout), text(process.stderr)])
    expect(stdout.trim().endsWith(` 127.0.0.1 ${server.port}`)).toBe(true)
    expect(stderr).toBe('err\n')
    expect(await process.exit).toEqual({ kind: 'code', code: 3 })
  })

  it('passes bytes unchanged in both directions, several streams at once', async () => {
    const connection = await connected()
    const all = [randomBytes(5_000_003), randomBytes(5_000_003)]
    const back = await Promise.all(all.map(data => echo(connection, data)))
    expect(back.map((data, index) => data.equals(all[index] ?? Buffer.alloc(0)))).toEqual([true, true])
  })

  it('passes bytes unchanged while both hosts renew their session keys', async () => {
    const strict = { config: ['RekeyLimit 1M'] }
    const [first, last] = [await anotherSshd('rekeying-jump', strict), await anotherSshd('rekeying', strict)]
    const connection = await connected({
      jumpPort: first.port,
      port: last.port,
      pins: first.knownHosts + last.knownHosts,
    })
    const data = randomBytes(5_000_003)
    expect((await echo(connection, data)).equals(data)).toBe(true)
  })

  it('opens further links to a server that allows one command each, all over one link to the jump host', async () => {
    const narrow = await anotherSshd('narrow', { config: ['MaxSessions 1'] })
    const log = await logDuring(jump, async () => {
      const connection = await connected({ port: narrow.port, pins: jump.knownHosts + narrow.knownHosts })
      const processes = await Promise.all(
        ['one', 'two', 'three'].map(word => connection.exec(`read -r x; echo ${word}`)),
      )
      for (const process of processes) process.stdin.end('\n')
      expect(await Promise.all(processes.map(said))).toEqual(['one\n', 'two\n', 'three\n'])
    })
    expect(logins(log)).toBe(1)
    expect(logins(await narrow.log())).toBe(3)
  })

  it('ends the link to the jump host when the connection is closed', async () => {
    const own = await anotherSshd('own-jump')
    const pins = own.knownHosts + server.knownHosts
    const connection = await connected({ jumpPort: own.port, pins }, { closeMs: 50 })
    const process = await connection.exec('cat')
    const ended = /Disconnected from user|Connection closed by|Connection reset by/
    const begin = (await own.log()).length
    connection.close()
    expect(await process.exit).toMatchObject({ kind: 'lost' })
    while (!ended.test((await own.log()).slice(begin))) await new Promise(done => setTimeout(done, 20))
  })
})

describe('connect through a jump host: host keys', () => {
  it('refuses a jump host that is not pinned, and shows no key to either host', async () => {
    let error: ActionError | undefined
    const serverLog = await logDuring(server, async () => {
      const log = await logDuring(jump, async () => {
        error = await refusal({ pins: server.knownHosts })
      })
      expect(log).not.toMatch(/publickey/)
    })
    expect(error).toBeInstanceOf(UserError)
    expect(error?.message).toContain(`pins no host key for the jump host [127.0.0.1]:${jump.port}`)
    expect(error?.detail).toEqual(expect.arrayContaining(jump.knownHosts.trim().split('\n')))
    expect(connections(serverLog)).toBe(0)
  })

  it.each<[string, () => string]>([
    ['is not pinned', () => ''],
    ['is pinned with another key', () => jump.knownHosts.replaceAll(`:${jump.port}`, `:${server.port}`)],
  ])('refuses a server whose key %s, although the jump host is right, and shows it no key', async (_, pins) => {
    let error: ActionError | undefined
    const log = await logDuring(server, async () => {
      error = await refusal({ pins: jump.knownHosts + pins() })
    })
    expect(error).toBeInstanceOf(UserError)
    expect(error?.message).toMatch(new RegExp(`(host key for|The host key of) \\[127\\.0\\.0\\.1\\]:${server.port} ?`))
    expect(error?.message).not.toContain('the jump host [')
    expect(error?.detail).toEqual(expect.arrayContaining(server.knownHosts.trim().split('\n')))
    expect(log).not.toMatch(/publickey/)
  })

  it('finds the pinned key of the server when it shows another first', async () => {
    const pins = `${jump.fingerprints.ed25519}\n${server.fingerprints.rsa}`
    expect(await said(await (await connected({ pins })).exec('echo hello'))).toBe('hello\n')
  })

  it('does not let the jump host pose as the server by a fingerprint that names no host', async () => {
    const pins = `${jump.fingerprints.ed25519}\n${server.fingerprints.ed25519}`
    await connected({ pins })
    const error = await refusal({ port: jump.port, pins })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain(`The host key of [127.0.0.1]:${jump.port} is not the one pinned`)
  })
})

describe('connect through a jump host: failures', () => {
  it('says so when the jump host refuses the login', async () => {
    const error = await refusal({ jumpUser: 'nobody-of-that-name' })
    expect(error.message).toMatch(/^The jump host 127\.0\.0\.1 did not let "nobody-of-that-name" in with the key/)
  })

  it('says so when nothing listens at the jump host', async () => {
    const jumpPort = await freePort()
    const pins = `${jump.fingerprints.ed25519}\n${server.fingerprints.ed25519}`
    const error = await refusal({ jumpPort, pins }, { retryMs: [1] })
    expect(error.message).toBe(`The jump host 127.0.0.1:${jumpPort} refused the connection (2 attempts).`)
    expect(error.advice).toContain('"ssh-proxy-jump"')
  })

  it('says so when nothing listens at the server, after it tried again over the same link', async () => {
    const port = await freePort()
    let error: ActionError | undefined
    const log = await logDuring(jump, async () => {
      error = await refusal({ port }, { retryMs: [1, 1] })
    })
    expect(error).toBeInstanceOf(FailureError)
    expect(error?.message).toBe(
      `127.0.0.1:${port} (through the jump host 127.0.0.1) refused the connection (3 attempts).`,
    )
    expect(error?.advice).toContain('a firewall must allow that host')
    expect(connections(log)).toBe(1)
  })

  it('says which host looked up a name that does not exist', async () => {
    const error = await refusal({ host: 'no-such-host.invalid', pins: `${jump.fingerprints.ed25519}` })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain('"no-such-host.invalid" in the input "ssh-host" has no address')
    expect(error.advice).toContain('looked up by the jump host 127.0.0.1')
  })

  it.each([
    ['AllowTcpForwarding no', 'AllowTcpForwarding no'],
    ['PermitOpen', 'PermitOpen 192.0.2.1:22'],
  ])('says what forbids it when the jump host does not forward: %s', async (_, line) => {
    const strict = await anotherSshd(line.replaceAll(/\W/g, '-'), { config: [line] })
    const pins = strict.knownHosts + server.knownHosts
    const error = await refusal({ jumpPort: strict.port, pins }, { retryMs: [1, 1] })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain(`The jump host 127.0.0.1 refuses to connect to 127.0.0.1:${server.port}`)
    expect(error.advice).toContain('AllowTcpForwarding')
    expect(error.advice).toContain('"restrict,port-forwarding"')
  })

  it('says so when the server lets nobody in', async () => {
    const stranger = await startSshd(join(dir, 'stranger'))
    running.push(stranger)
    const error = await refusal({ port: stranger.port, pins: jump.knownHosts + stranger.knownHosts })
    expect(error.message).toMatch(/^127\.0\.0\.1 did not let/)
  })

  it('tells a stream that the jump host died under from a finished one', async () => {
    const proxy = await startTcpProxy(jump)
    running.push(proxy)
    const pins = `${jump.fingerprints.ed25519}\n${server.fingerprints.ed25519}`
    const connection = await connected({ jumpPort: proxy.port, pins })
    const process = await connection.exec('yes')
    process.stderr.resume()
    let bytes = 0
    for await (const chunk of process.stdout) {
      bytes += chunk.length
      if (bytes > 1_000_000) proxy.reset()
    }
    expect(await process.exit).toEqual({
      kind: 'lost',
      reason: expect.stringMatching(/^the connection to the jump host 127\.0\.0\.1 was lost: /),
    })
    await expect(connection.exec('true')).rejects.toThrow(
      'The connection to 127.0.0.1 was lost: the connection to the jump host 127.0.0.1 was lost',
    )
  })

  it('tells a stream that the server died under, while the jump host lives', async () => {
    const mortal = await anotherSshd('mortal')
    const connection = await connected({ port: mortal.port, pins: jump.knownHosts + mortal.knownHosts })
    const process = await connection.exec('echo begin; cat')
    process.stderr.resume()
    process.stdout.once('data', () => mortal.killSessions())
    await text(process.stdout)
    expect(await process.exit).toEqual({ kind: 'lost', reason: 'the server closed the connection' })
  })

  it('notices a jump host that falls silent', async () => {
    const proxy = await startTcpProxy(jump)
    running.push(proxy)
    const pins = `${jump.fingerprints.ed25519}\n${server.fingerprints.ed25519}`
    const connection = await connected({ jumpPort: proxy.port, pins }, { keepaliveMs: 50, keepaliveCount: 3 })
    const process = await connection.exec('echo begin; cat')
    process.stderr.resume()
    process.stdout.once('data', () => proxy.blackhole())
    await text(process.stdout)
    expect(await process.exit).toEqual({
      kind: 'lost',
      reason: expect.stringContaining('nothing arrived for'),
    })
  })

  it('stops at once when it is cancelled, also in the handshake behind the jump host', async () => {
    const proxy = await startTcpProxy(server)
    running.push(proxy)
    proxy.blackhole()
    const abort = new AbortController()
    const pins = `${jump.fingerprints.ed25519}\n${server.fingerprints.ed25519}`
    const attempt = connect(target({ port: proxy.port, pins }), { signal: abort.signal })
    while (proxy.connections === 0) await new Promise(done => setTimeout(done, 5))
    abort.abort()
    await expect(attempt).rejects.toBeInstanceOf(CancelledError)
  })
})
