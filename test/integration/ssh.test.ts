import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as connectSocket, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { ActionError, CancelledError, FailureError, UserError } from '../../src/runtime/errors'
import { connect } from '../../src/ssh/connection'
import { fingerprintOf, parseHostKeyPins } from '../../src/ssh/keys/host-keys'
import { readPrivateKey } from '../../src/ssh/keys/private-key'
import type { Connection, RemoteExit, RemoteProcess, SshTarget } from '../../src/ssh/remote'
import type { SshTimeouts } from '../../src/ssh/timeouts'
import { freePort } from '../servers/free-port'
import { command } from '../servers/processes/command'
import { type SshdOptions, type SshdServer, startSshd } from '../servers/sshd'
import { startTcpProxy, type TcpProxy } from '../servers/tcp-proxy'

let dir = ''
let sshd: SshdServer
const open: { close(): void }[] = []
const running: { stop(): Promise<void> }[] = []

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'make-a-backup-ssh-'))
  sshd = await startSshd(join(dir, 'main'), { hostKeyTypes: ['ed25519', 'ecdsa', 'rsa'] })
})

afterEach(async () => {
  for (const connection of open.splice(0)) connection.close()
  for (const server of running.splice(0)) await server.stop()
})

afterAll(async () => {
  await sshd?.stop()
  await rm(dir, { recursive: true, force: true })
})

async function anotherSshd(name: string, options: SshdOptions): Promise<SshdServer> {
  const server = await startSshd(join(dir, name), options)
  running.push(server)
  return server
}

async function proxyTo(server: SshdServer): Promise<TcpProxy> {
  const proxy = await startTcpProxy(server)
  running.push(proxy)
  return proxy
}

/** The main server, with fingerprints as pins, so that it can be reached through a proxy too. */
function target(overrides: Partial<SshTarget> = {}): SshTarget {
  return {
    host: sshd.host,
    port: sshd.port,
    user: sshd.user,
    privateKey: readPrivateKey(sshd.privateKey),
    hostKeys: parseHostKeyPins(Object.values(sshd.fingerprints).join('\n')),
    ...overrides,
  }
}

/** No second attempt, and no pauses, unless a test is about them. */
const quick = { retryMs: [], penaltyMs: [], showPauseMs: 1 }

async function connected(to: SshTarget = target(), timeouts: Partial<SshTimeouts> = {}): Promise<Connection> {
  const connection = await connect(to, { signal: new AbortController().signal, timeouts: { ...quick, ...timeouts } })
  open.push(connection)
  return connection
}

async function refusal(to: SshTarget, timeouts: Partial<SshTimeouts> = {}): Promise<ActionError> {
  try {
    await connected(to, timeouts)
  } catch (error) {
    if (error instanceof ActionError) return error
    throw error
  }
  throw new Error('it connected')
}

async function result(process: RemoteProcess): Promise<{ stdout: string; stderr: string; exit: RemoteExit }> {
  const [stdout, stderr, exit] = await Promise.all([text(process.stdout), text(process.stderr), process.exit])
  return { stdout, stderr, exit }
}

function wholeText(error: ActionError): string {
  return [error.message, error.advice, error.safe, ...error.detail].join('\n')
}

function knownHostsLine(type: string): string {
  return sshd.knownHosts.split('\n').find(line => line.includes(type)) ?? ''
}

describe('connect', () => {
  it('lets in with the right key and says what the server is', async () => {
    const connection = await connected()
    expect(connection.serverVersion).toMatch(/^SSH-2\.0-OpenSSH_\d/)
    expect(await result(await connection.exec('echo hello'))).toEqual({
      stdout: 'hello\n',
      stderr: '',
      exit: { kind: 'code', code: 0 },
    })
  })

  it('lets in with an encrypted key', async () => {
    const file = join(dir, 'encrypted')
    await command('ssh-keygen', ['-q', '-t', 'ed25519', '-a', '4', '-N', 'open sesame', '-f', file])
    await command('sh', ['-c', 'cat "$1.pub" >>"$2"', 'sh', file, sshd.authorizedKeysFile])
    const privateKey = readPrivateKey(await command('cat', [file]), 'open sesame')
    await connected(target({ privateKey, passphrase: 'open sesame' }))
  })

  it.each<[string, () => string]>([
    ['known_hosts lines', () => sshd.knownHosts],
    ['the ed25519 line alone', () => knownHostsLine('ssh-ed25519')],
    ['the ecdsa line alone', () => knownHostsLine('ecdsa-')],
    ['the rsa line alone', () => knownHostsLine('ssh-rsa')],
    ['a pattern', () => knownHostsLine('ssh-rsa').replace(/^\S+/, `[127.0.0.*]:${sshd.port}`)],
    ['the fingerprint of the ed25519 key', () => sshd.fingerprints.ed25519 ?? ''],
    ['the fingerprint of the ecdsa key', () => sshd.fingerprints.ecdsa ?? ''],
    ['the fingerprint of the rsa key', () => sshd.fingerprints.rsa ?? ''],
  ])('trusts a host that is pinned by %s', async (_, pins) => {
    const connection = await connected(target({ hostKeys: parseHostKeyPins(pins()) }))
    expect((await result(await connection.exec('echo hello'))).stdout).toBe('hello\n')
  })

  it.each<[string, number, () => string]>([
    ['a line', 1, () => knownHostsLine('ssh-rsa').replace(/^\S+/, '[127.0.0.1]:*')],
    ['the fingerprint of the first key', 1, () => sshd.fingerprints.ed25519 ?? ''],
    ['a fingerprint as ssh-keygen prints it', 1, () => `256 ${sshd.fingerprints.ecdsa} root@web1 (ECDSA)`],
    ['the fingerprint of the RSA key', 2, () => sshd.fingerprints.rsa ?? ''],
    ['the fingerprint of the ECDSA key', 3, () => sshd.fingerprints.ecdsa ?? ''],
  ])('needs for a host that is pinned by %s: %i connections, and one login', async (_, connections, pins) => {
    const proxy = await proxyTo(sshd)
    const before = (await sshd.log()).length
    const connection = await connected(target({ port: proxy.port, hostKeys: parseHostKeyPins(pins()) }))
    expect((await result(await connection.exec('echo hello'))).stdout).toBe('hello\n')
    expect(proxy.connections).toBe(connections)
    expect((await sshd.log()).slice(before).split('Accepted publickey').length - 1).toBe(1)
  })

  it.each<[string, () => string]>([
    ['line', () => knownHostsLine('ssh-ed25519').replace(/^\S+ (\S+) .*/, `[127.0.0.1]:* $1 ${otherEd25519}`)],
    ['fingerprint', () => `SHA256:${'A'.repeat(43)}`],
  ])('needs one connection for each key of a host that is not the one pinned by a %s', async (_, pins) => {
    const proxy = await proxyTo(sshd)
    const error = await refusal(target({ port: proxy.port, hostKeys: parseHostKeyPins(pins()) }))
    expect(error.message).toContain('is not the one pinned')
    for (const fingerprint of Object.values(sshd.fingerprints)) expect(error.message).toContain(fingerprint)
    expect(proxy.connections).toBe(3)
  })

  it('remembers the type of the pinned key for further connections', async () => {
    const strict = await anotherSshd('one-session', { config: ['MaxSessions 1'], hostKeyTypes: ['ed25519', 'rsa'] })
    const proxy = await proxyTo(strict)
    const hostKeys = parseHostKeyPins(strict.fingerprints.rsa ?? '')
    const connection = await connected(
      target({ port: proxy.port, privateKey: readPrivateKey(strict.privateKey), hostKeys }),
    )
    expect(proxy.connections).toBe(2)
    const [first, second] = await Promise.all([connection.exec('cat'), connection.exec('echo hello')])
    expect((await result(second)).stdout).toBe('hello\n')
    first.close()
    expect(proxy.connections).toBe(3)
  })

  it('takes a look at a key that fails for no sign of a wrong one', async () => {
    const busy = await dropping(Number.POSITIVE_INFINITY, 1)
    const hostKeys = parseHostKeyPins(sshd.fingerprints.rsa ?? '')
    const error = await refusal(target({ port: busy.port, hostKeys }), { retryMs: [1, 1] })
    expect(error).toBeInstanceOf(FailureError)
    expect(error.message).toMatch(
      /broke off before the login \(3 attempts\).* neither confirmed nor refused.* RSA, ECDSA key/,
    )
    expect(wholeText(error)).not.toMatch(/impersonating|not the one pinned/)
    // Once it can be looked at, the search goes on where it was.
    const recovering = await dropping(1, 1)
    await connected(target({ port: recovering.port, hostKeys }), { retryMs: [1] })
    expect(recovering.connections()).toBe(3)
  })

  it('names the keys that it could see of a host that is not the one pinned, and those that it could not', async () => {
    const busy = await dropping(Number.POSITIVE_INFINITY, 2)
    const line = knownHostsLine('ssh-ed25519').replace(/^\S+ (\S+) .*/, `[127.0.0.1]:* $1 ${otherEd25519}`)
    const error = await refusal(target({ port: busy.port, hostKeys: parseHostKeyPins(line) }))
    expect(error.message).toContain('is not the one pinned')
    expect(error.message).toContain(
      `offers: ${sshd.fingerprints.ed25519} (ED25519), ${sshd.fingerprints.rsa} (RSA), a key that it did not show (ECDSA).`,
    )
  })

  it('trusts a line that ssh-keygen has hashed', async () => {
    const file = join(dir, 'hashed')
    await command('sh', ['-c', 'cat >"$1" && ssh-keygen -q -H -f "$1"', 'sh', file], sshd.knownHosts)
    const hashed = await command('cat', [file])
    expect(hashed).not.toContain('127.0.0.1')
    await connected(target({ hostKeys: parseHostKeyPins(hashed) }))
  })

  it('refuses an unpinned host, prints every fingerprint and line, and shows it no key', async () => {
    const before = (await sshd.log()).length
    const error = await refusal(target({ hostKeys: parseHostKeyPins('') }))
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain('pins no host key')
    expect(error.safe).toMatch(/Nothing was sent/)
    // The annotation has the message and the advice, not the detail.
    for (const fingerprint of Object.values(sshd.fingerprints)) expect(error.message).toContain(fingerprint)
    for (const line of sshd.knownHosts.trim().split('\n')) expect(error.detail).toContain(line)
    expect(error.advice).toContain('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
    expect((await sshd.log()).slice(before)).not.toMatch(/publickey|password/i)
  })

  it('accepts the printed lines as pins', async () => {
    const error = await refusal(target({ hostKeys: parseHostKeyPins('') }))
    const lines = error.detail.filter(line => line.startsWith('['))
    expect(lines).toHaveLength(3)
    for (const line of lines) await connected(target({ hostKeys: parseHostKeyPins(line) }))
  })

  it.each<[string, () => string, RegExp]>([
    [
      'another key of the same type',
      () => knownHostsLine('ssh-ed25519').replace(/\S+$/, otherEd25519),
      /is not the one pinned/,
    ],
    [
      'a fingerprint of another key',
      () => `SHA256:${createHash('sha256').update('x').digest('base64')}`,
      /is not the one pinned/,
    ],
    [
      'another host',
      () => knownHostsLine('ssh-ed25519').replace('127.0.0.1', 'web1'),
      /pins no host key for \[127\.0\.0\.1\]:/,
    ],
    [
      'a revoked key',
      () => `@revoked ${knownHostsLine('ssh-ed25519').replace(/^\S+/, '*')}\n${knownHostsLine('ssh-ed25519')}`,
      /marked @revoked/,
    ],
    ['a certificate authority', () => `@cert-authority ${knownHostsLine('ssh-ed25519')}`, /only @cert-authority lines/],
  ])('refuses a host when the pin is %s', async (_, pins, what) => {
    const error = await refusal(target({ hostKeys: parseHostKeyPins(pins()) }))
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toMatch(what)
    expect(error.message).toContain(`${sshd.fingerprints.ed25519} (ED25519)`)
  })

  it('refuses a server that has none of the pinned types, as changed', async () => {
    const only = await anotherSshd('ed25519-only', {})
    const pins = knownHostsLine('ssh-rsa').replace(/^\S+/, `[127.0.0.1]:${only.port}`)
    const error = await refusal(target({ port: only.port, hostKeys: parseHostKeyPins(pins) }))
    expect(error.message).toMatch(/is not the one pinned/)
    expect(error.message).toContain(only.fingerprints.ed25519)
  })

  it('explains a key that the server does not know, names it, and does not try again', async () => {
    const proxy = await proxyTo(sshd)
    const file = join(dir, 'stranger')
    await command('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
    const stranger = await command('cat', [file])
    const error = await refusal(target({ port: proxy.port, privateKey: readPrivateKey(stranger) }), {
      retryMs: [1, 1],
    })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain(`did not let "${sshd.user}" in`)
    expect(error.message).toContain((await command('ssh-keygen', ['-lf', file])).split(' ')[1])
    expect(error.advice).toContain('authorized_keys')
    for (const line of stranger.split('\n').filter(part => part !== '')) expect(wholeText(error)).not.toContain(line)
    expect(proxy.connections).toBe(1)
  })

  it('explains that a server takes no passwords, without showing it', async () => {
    const { privateKey: _, ...withoutKey } = target()
    const error = await refusal({ ...withoutKey, password: 'hunter2hunter2' })
    expect(error).toBeInstanceOf(UserError)
    expect(error.advice).toContain('accepts no passwords')
    expect(wholeText(error)).not.toContain('hunter2')
  })

  it('names the host that has no address', async () => {
    const error = await refusal(target({ host: 'no-such-host.invalid' }))
    expect(error.message).toContain('"no-such-host.invalid"')
  })

  it('tries three times when nothing listens, then says so', async () => {
    const port = await freePort()
    const retries: string[] = []
    const attempt = connect(target({ port }), {
      signal: new AbortController().signal,
      onRetry: message => retries.push(message),
      timeouts: { retryMs: [1, 1] },
    })
    await expect(attempt).rejects.toThrow(`127.0.0.1:${port} refused the connection (3 attempts).`)
    expect(retries).toEqual([expect.stringContaining('Attempt 2 of 3'), expect.stringContaining('Attempt 3 of 3')])
  })

  it('gets through to a server that drops the first connections', async () => {
    const busy = await dropping(2)
    const connection = await connected(target({ port: busy.port }), { retryMs: [1, 1] })
    expect((await result(await connection.exec('echo hello'))).stdout).toBe('hello\n')
  })

  it('gives up on a server that drops every connection, and says what may be the reason', async () => {
    const busy = await dropping(Number.POSITIVE_INFINITY)
    const error = await refusal(target({ port: busy.port }), { retryMs: [1, 1] })
    expect(error).toBeInstanceOf(FailureError)
    expect(error.message).toContain('broke off before the login (3 attempts)')
    expect(error.advice).toContain('MaxStartups')
  })

  it('gives up on a server that accepts and stays silent', async () => {
    const proxy = await proxyTo(sshd)
    proxy.blackhole()
    const error = await refusal(target({ port: proxy.port }), { retryMs: [], loginMs: 200 })
    expect(error).toBeInstanceOf(FailureError)
    expect(error.message).toContain('did not answer')
  })

  it('shows both lists when there is no common way to encrypt', async () => {
    const odd = await anotherSshd('odd', { config: ['Ciphers aes128-cbc'] })
    const error = await refusal(target({ port: odd.port, hostKeys: parseHostKeyPins(odd.knownHosts) }))
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain('offers no cipher that is sound and known to this action, only: aes128-cbc.')
    expect(error.advice).toContain('remove the line "Ciphers …" or add one of these to it')
    expect(error.advice).toContain('aes128-gcm@openssh.com')
  })

  it.each([
    ['MAC', ['Ciphers aes128-ctr', 'MACs hmac-sha1,hmac-sha1-etm@openssh.com'], 'hmac-sha1,hmac-sha1-etm@openssh.com'],
    ['key exchange', ['KexAlgorithms diffie-hellman-group14-sha1'], 'diffie-hellman-group14-sha1'],
    [
      'key exchange with any group',
      ['KexAlgorithms diffie-hellman-group-exchange-sha256'],
      'diffie-hellman-group-exchange-sha256',
    ],
  ])('does not use a weak %s', async (name, config, offered) => {
    const weak = await anotherSshd(`weak-${name}`, { config })
    const error = await refusal(target({ port: weak.port, hostKeys: parseHostKeyPins(weak.knownHosts) }))
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain('that is sound and known to this action, only: ')
    expect(error.message).toContain(offered)
    expect(error.advice).toContain('/etc/ssh/sshd_config on the server')
  })

  it.each(['line', 'fingerprint'])('does not take a host key that signs with SHA-1, pinned by its %s', async pin => {
    const old = await anotherSshd(`sha1-${pin}`, { config: ['HostKeyAlgorithms ssh-rsa'], hostKeyTypes: ['rsa'] })
    const [, , base64 = ''] = old.knownHosts.split(' ')
    const hostKeys = parseHostKeyPins(pin === 'line' ? old.knownHosts : fingerprintOf(Buffer.from(base64, 'base64')))
    const error = await refusal(target({ port: old.port, hostKeys }))
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain('offers no host key that is sound and known to this action, only: ssh-rsa.')
    expect(error.advice).toContain('ssh-keygen -t ed25519')
  })

  it.each(['line', 'fingerprint'])('tells a pinned RSA key that the server proves only by SHA-1: %s', async pin => {
    const old = await anotherSshd(`sha1-too-${pin}`, {
      config: ['HostKeyAlgorithms ssh-rsa,ssh-ed25519'],
      hostKeyTypes: ['rsa', 'ed25519'],
    })
    const pins = pin === 'line' ? old.knownHosts.split('\n')[0] : old.fingerprints.rsa
    const error = await refusal(target({ port: old.port, hostKeys: parseHostKeyPins(pins ?? '') }))
    expect(error.message).toContain('is an RSA key, and the server proves it only by SHA-1 (ssh-rsa)')
    expect(error.message).toContain(`${old.fingerprints.rsa} (RSA, only by SHA-1)`)
    expect(error.advice).toContain('The server has another key: pin that one.')
    // Nobody is invited to paste the line that is there already.
    expect(error.detail.join('\n')).not.toContain('ssh-rsa')
    expect(error.detail.join('\n')).toContain('ssh-ed25519')
  })

  it('tells that the key is accepted and a second factor is wanted, and how to exempt the user', async () => {
    const config = ['KbdInteractiveAuthentication yes', 'AuthenticationMethods publickey,keyboard-interactive']
    const strict = await anotherSshd('second-factor', { config })
    const privateKey = readPrivateKey(strict.privateKey)
    const error = await refusal(
      target({ port: strict.port, privateKey, hostKeys: parseHostKeyPins(strict.knownHosts) }),
    )
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toMatch(/accepted the key ssh-ed25519 SHA256:\S+ of ".*" and then asked for a second factor/)
    expect(error.advice).toContain(`"Match User ${strict.user}" and "AuthenticationMethods publickey"`)
    expect(error.advice).not.toMatch(/accepts no keys|authorized_keys/)
    // What the advice says works.
    config.push(`Match User ${strict.user}`, 'AuthenticationMethods publickey', 'Match all')
    const exempt = await anotherSshd('second-factor', { config })
    await connected(target({ port: exempt.port, privateKey, hostKeys: parseHostKeyPins(exempt.knownHosts) }))
  })

  it.each(['aes256-gcm@openssh.com', 'aes256-ctr', 'chacha20-poly1305@openssh.com'])(
    'works with a server that has only %s',
    async cipher => {
      const old = await anotherSshd(`only-${cipher}`, { config: [`Ciphers ${cipher}`] })
      const connection = await connected(
        target({
          port: old.port,
          privateKey: readPrivateKey(old.privateKey),
          hostKeys: parseHostKeyPins(old.knownHosts),
        }),
      )
      expect((await result(await connection.exec('echo hello'))).stdout).toBe('hello\n')
    },
  )

  it('stops at once when it is cancelled, before, during and between attempts', async () => {
    const proxy = await proxyTo(sshd)
    proxy.blackhole()
    const ports = [sshd.port, proxy.port, await freePort()]
    for (const port of ports) {
      const abort = new AbortController()
      if (port === sshd.port) abort.abort()
      const attempt = connect(target({ port }), { signal: abort.signal, onRetry: () => abort.abort() })
      if (port === proxy.port) {
        while (proxy.connections === 0) await new Promise(done => setTimeout(done, 5))
        abort.abort()
      }
      await expect(attempt).rejects.toBeInstanceOf(CancelledError)
    }
  })
})

describe('exec', () => {
  it.each<[string, RemoteExit]>([
    ['exit 0', { kind: 'code', code: 0 }],
    ['exit 3', { kind: 'code', code: 3 }],
    ['no-such-command-anywhere', { kind: 'code', code: 127 }],
    ['kill -TERM $$', { kind: 'signal', signal: 'SIGTERM' }],
    ['kill -KILL $$', { kind: 'signal', signal: 'SIGKILL' }],
  ])('tells how `%s` ended', async (line, exit) => {
    expect((await result(await (await connected()).exec(line))).exit).toEqual(exit)
  })

  it('passes bytes unchanged in both directions', async () => {
    const data = randomBytes(5_000_003)
    const process = await (await connected()).exec('cat')
    process.stderr.resume()
    const [back] = await Promise.all([buffer(process.stdout), pipeline(Readable.from(pieces(data)), process.stdin)])
    expect(back.equals(data)).toBe(true)
    expect(await process.exit).toEqual({ kind: 'code', code: 0 })
  })

  it('passes bytes unchanged through a renewal of the session keys', async () => {
    const rekeying = await anotherSshd('rekeying', { config: ['RekeyLimit 1M'] })
    const connection = await connected(
      target({
        port: rekeying.port,
        privateKey: readPrivateKey(rekeying.privateKey),
        hostKeys: parseHostKeyPins(rekeying.knownHosts),
      }),
    )
    const data = randomBytes(5_000_003)
    const process = await connection.exec('cat')
    process.stderr.resume()
    const [back] = await Promise.all([buffer(process.stdout), pipeline(Readable.from(pieces(data)), process.stdin)])
    expect(back.equals(data)).toBe(true)
    expect(await process.exit).toEqual({ kind: 'code', code: 0 })
  })

  it('keeps stderr apart', async () => {
    expect(await result(await (await connected()).exec('echo out; echo err >&2; exit 1'))).toEqual({
      stdout: 'out\n',
      stderr: 'err\n',
      exit: { kind: 'code', code: 1 },
    })
  })

  it('gets the status of a command that closes its output long before it ends', async () => {
    const process = await (await connected()).exec('exec >&- 2>&-; sleep 0.5; exit 3')
    process.stdin.end()
    expect(await result(process)).toEqual({ stdout: '', stderr: '', exit: { kind: 'code', code: 3 } })
  })

  it('gets the status of a command whose output nobody reads, and keeps the output', async () => {
    const process = await (await connected()).exec('echo out; echo err >&2; exit 3')
    expect(await process.exit).toEqual({ kind: 'code', code: 3 })
    expect(await text(process.stdout)).toBe('out\n')
    expect(await text(process.stderr)).toBe('err\n')
  })

  it('holds a command back while its output is not read, and loses nothing', async () => {
    const process = await (await connected()).exec('head -c 20000000 /dev/zero; echo done >&2')
    process.stderr.resume()
    await once(process.stdout, 'readable')
    await new Promise(done => setTimeout(done, 300))
    // ssh2 grants a window of 2 MiB.
    expect(process.stdout.readableLength).toBeLessThanOrEqual(2 * 1024 * 1024)
    expect((await buffer(process.stdout)).length).toBe(20_000_000)
    expect(await process.exit).toEqual({ kind: 'code', code: 0 })
  })

  it('ends a command whose output is thrown away', async () => {
    const process = await (await connected()).exec('cat /dev/zero')
    process.stderr.resume()
    process.stdout.destroy()
    expect((await process.exit).kind).not.toBe('code')
  })

  it('fails the input when the command ends without reading it', async () => {
    const process = await (await connected()).exec('exit 3')
    process.stdout.resume()
    process.stderr.resume()
    await expect(pipeline(Readable.from(pieces(Buffer.alloc(20_000_000))), process.stdin)).rejects.toThrow(
      /ended before it had read all its input|Premature close|closed or destroyed stream/,
    )
    expect(await process.exit).toEqual({ kind: 'code', code: 3 })
  })

  it('runs two commands at once', async () => {
    const connection = await connected()
    const [first, second] = await Promise.all([connection.exec('read line; echo "$line 1"'), connection.exec('cat')])
    second.stdin.end('second\n')
    expect((await result(second)).stdout).toBe('second\n')
    first.stdin.end('first\n')
    expect((await result(first)).stdout).toBe('first 1\n')
  })

  it('opens further connections when the server allows one command on each', async () => {
    const strict = await anotherSshd('max-sessions', { config: ['MaxSessions 1'] })
    const proxy = await proxyTo(strict)
    const pins = parseHostKeyPins(strict.fingerprints.ed25519 ?? '')
    const connection = await connected(
      target({ port: proxy.port, privateKey: readPrivateKey(strict.privateKey), hostKeys: pins }),
    )
    const processes = await Promise.all(['1', '2', '3'].map(n => connection.exec(`cat; echo ${n}`)))
    expect(proxy.connections).toBe(3)
    for (const process of processes) process.stdin.end()
    expect((await Promise.all(processes.map(result))).map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n'])
    // Those that are free now are used again.
    for (let i = 0; i < 5; i++) expect((await result(await connection.exec('echo again'))).stdout).toBe('again\n')
    expect(proxy.connections).toBe(3)
    const last = await connection.exec('sleep 60')
    connection.close()
    expect((await last.exit).kind).toBe('lost')
  })

  it('explains a server that lets in but allows no command', async () => {
    const none = await anotherSshd('no-sessions', { config: ['MaxSessions 0'] })
    const connection = await connected(
      target({
        port: none.port,
        privateKey: readPrivateKey(none.privateKey),
        hostKeys: parseHostKeyPins(none.knownHosts),
      }),
    )
    await expect(connection.exec('true')).rejects.toThrow(/not run commands/)
  })
})

describe('a link that dies', () => {
  const watched: Partial<SshTimeouts> = { keepaliveMs: 100, keepaliveCount: 3, retryMs: [] }

  it.each<[string, (proxy: TcpProxy) => void, RegExp]>([
    ['a reset', proxy => proxy.reset(), /reset/],
    // What we still send is answered by a reset, which may arrive before the end is read.
    ['an orderly end', proxy => proxy.fin(), /closed the connection|reset/],
    ['silence', proxy => proxy.blackhole(), /nothing arrived for 0\.4 s/],
    ['the end of the session on the server', () => sshd.killSessions(), /closed the connection|reset/],
    ['a reset in the middle of a packet', proxy => proxy.cutAfterBytes(3_000_001), /reset/],
  ])('ends every stream and reports a lost process: %s', async (_, cut, reason) => {
    const proxy = await proxyTo(sshd)
    const connection = await connected(target({ port: proxy.port }), watched)
    const flowing = await connection.exec('cat /dev/zero')
    const waiting = await connection.exec('sleep 60')
    const unread = await connection.exec('cat /dev/zero')
    const fed = await connection.exec('sleep 60')
    const feeding = pipeline(Readable.from(pieces(Buffer.alloc(20_000_000))), fed.stdin)
    const fedFails = expect(feeding).rejects.toThrow()
    await once(unread.stdout, 'readable')
    const ended = Promise.all([drain(flowing), drain(waiting), drain(fed)])
    await once(flowing.stdout, 'data')
    cut(proxy)
    for (const process of [flowing, waiting, unread, fed]) {
      expect(await process.exit).toEqual({ kind: 'lost', reason: expect.stringMatching(reason) })
    }
    await ended
    await fedFails
    await expect(connection.exec('true')).rejects.toThrow(/was lost/)
  })

  it('lives through silence of the commands', async () => {
    const connection = await connected(target(), { keepaliveMs: 100, keepaliveCount: 5 })
    expect((await result(await connection.exec('sleep 1.5; echo done'))).stdout).toBe('done\n')
  })

  it('ends all at once when it is closed, also when the link hangs', async () => {
    const proxy = await proxyTo(sshd)
    const connection = await connected(target({ port: proxy.port }), { closeMs: 50 })
    const process = await connection.exec('cat /dev/zero')
    await once(process.stdout, 'readable')
    proxy.blackhole()
    connection.close()
    connection.close()
    const ended = drain(process)
    expect(await process.exit).toEqual({ kind: 'lost', reason: 'this side closed the connection' })
    await ended
  })
})

const otherEd25519 = Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0 '), Buffer.alloc(32, 7)]).toString(
  'base64',
)

function* pieces(data: Buffer): Generator<Buffer> {
  for (let at = 0; at < data.length; at += 100_000) yield data.subarray(at, at + 100_000)
}

async function drain(process: RemoteProcess): Promise<void> {
  process.stdout.resume()
  process.stderr.resume()
  await Promise.all(
    [process.stdout, process.stderr].map(stream => (stream.readableEnded ? undefined : once(stream, 'end'))),
  )
}

/**
 * In front of the server, something that ends connections before a word is said, as MaxStartups does: so many, after the
 * first `spared`.
 */
async function dropping(count: number, spared = 0): Promise<{ port: number; connections: () => number }> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(client => {
    client.on('error', () => {})
    const number = ++connections
    if (number > spared && number <= spared + count) return void client.resume().end()
    const upstream = connectSocket(sshd.port, sshd.host)
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}))
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  running.push({
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return { port: address.port, connections: () => connections }
}
