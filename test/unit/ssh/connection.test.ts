import { generateKeyPairSync } from 'node:crypto'
import { getEventListeners, once } from 'node:events'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import type { AuthContext, AuthenticationType } from 'ssh2'
import { ActionError, UserError } from '../../../src/runtime/errors'
import { fingerprintOf, parseHostKeyPins } from '../../../src/ssh/keys/host-keys'
import { sshString } from '../../../src/ssh/keys/key-blob'
import type { SshTarget } from '../../../src/ssh/remote'
import { cleanUp, connected, parsed, serverThat, targetAt, userKey } from './a-server'

const password = 'correct horse'

async function refusal(target: SshTarget): Promise<ActionError> {
  try {
    await connected(target)
  } catch (error) {
    if (error instanceof ActionError) return error
    throw error
  }
  throw new Error('it connected')
}

function rsaKey(modulusLength: number): string {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
}

describe('connect', () => {
  it.each(['line', 'fingerprint'])('does not trust a host key of RSA-1024, pinned by its %s', async pin => {
    const weak = rsaKey(1024)
    const target = await serverThat({ hostKeys: [weak], onLogin: () => expect('a login').toBe('never seen') })
    const blob = parsed(weak).getPublicSSH()
    const pinned =
      pin === 'line' ? `[127.0.0.1]:${target.port} ssh-rsa ${blob.toString('base64')}` : fingerprintOf(blob)
    const error = await refusal({ ...target, password, hostKeys: parseHostKeyPins(pinned) })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain('is too weak: RSA with 1024 bits, of at least 2048.')
    expect(error.advice).toContain('make a new host key: ssh-keygen -t ed25519')
    // Nobody is invited to pin it.
    expect(error.message).toContain('(RSA, too weak)')
    expect(error.detail.join('\n')).not.toContain(blob.toString('base64'))
  })

  it('signs with SHA-2 by an RSA key, also where the server does not say that it knows it', async () => {
    const key = rsaKey(2048)
    const algorithms: (string | undefined)[] = []
    const target = await serverThat({
      onConnection: client => hideExtensions(client),
      onLogin: login => {
        if (login.method !== 'publickey') return login.reject(['publickey'])
        algorithms.push(login.signature === undefined ? 'asked' : login.hashAlgo)
        login.accept()
      },
    })
    await connected({ ...target, privateKey: key })
    expect(algorithms).toEqual(['asked', 'sha256'])
  })

  it('repeats only so much of what a server says when it hangs up', async () => {
    const target = await serverThat({
      onLogin: (_login, client) => {
        const said = Buffer.from('no! '.repeat(5_000))
        const { allocPacket, encrypt } = cipherOf(client)
        const message = Buffer.concat([Buffer.from([1, 0, 0, 0, 14]), sshString(said), sshString('')])
        const packet = allocPacket(message.length)
        packet.set(message, 5)
        encrypt(packet)
      },
    })
    const error = await refusal({ ...target, password })
    expect(error.message).toContain('no! no! no!')
    expect(error.message.length).toBeLessThan(500)
  })

  it('logs in with a password', async () => {
    const target = await serverThat({
      onLogin: login =>
        login.method === 'password' && login.password === password ? login.accept() : login.reject(['password']),
    })
    await connected({ ...target, password })
    const error = await refusal({ ...target, password: 'wrong horse' })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toBe('127.0.0.1 did not let "deploy" in with the password.')
    expect(error.advice).toContain('"ssh-password"')
    expect([error.message, error.advice, ...error.detail].join()).not.toContain('wrong horse')
  })

  it('answers with the password when the server asks for it as a question', async () => {
    const target = await serverThat({ onLogin: login => ask(login, [{ prompt: 'Password: ', echo: false }]) })
    await connected({ ...target, password })
    expect((await refusal({ ...target, password: 'wrong horse' })).message).toContain('did not let "deploy" in')
  })

  it.each([
    ['a shown one', [{ prompt: 'Name: ', echo: true }]],
    [
      'two at once',
      [
        { prompt: 'Password: ', echo: false },
        { prompt: 'Code: ', echo: false },
      ],
    ],
  ])('gives the password to no other question: %s', async (_, prompts) => {
    const answers: string[][] = []
    const target = await serverThat({ onLogin: login => ask(login, prompts, given => answers.push(given)) })
    const error = await refusal({ ...target, password })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain(`It asked: ${prompts.map(({ prompt }) => `"${prompt.trim()}"`).join(', ')}.`)
    expect(answers).toEqual([[]])
  })

  it('goes on with the password when the server wants the key and the password', async () => {
    const methods: string[] = []
    const target = await serverThat({
      onLogin: login => {
        methods.push(login.method)
        if (login.method === 'publickey' && login.signature === undefined) login.accept()
        else if (login.method === 'publickey') login.reject(['password'], true)
        else if (login.method === 'password' && login.password === password) login.accept()
        else login.reject(['publickey'])
      },
    })
    await connected({ ...target, privateKey: userKey, password })
    expect(methods).toEqual(['publickey', 'publickey', 'password'])
  })

  it('comes back to the key when the server wants the password first', async () => {
    const target = await serverThat({
      onLogin: login => {
        if (login.method === 'password' && login.password === password) passwords++
        if (login.method === 'publickey' && passwords === 1) login.accept()
        else login.reject([passwords === 1 ? 'publickey' : 'password'], login.method === 'password')
      },
    })
    let passwords = 0
    await connected({ ...target, privateKey: userKey, password })
    expect(passwords).toBe(1)
  })

  it.each<[AuthenticationType, { password?: string }, RegExp, RegExp]>([
    ['keyboard-interactive', {}, /by keyboard .*A run without a person/, /"AuthenticationMethods publickey"/],
    ['password', {}, /asked for a second factor: a password/, /set "ssh-password" too/],
    ['password', { password }, /The password did not satisfy it/, /"Match User deploy"/],
    ['publickey', {}, /another key \(publickey\)/, /"Match User deploy"/],
  ])('tells that the key was accepted, where the server then asks for %s %j', async (next, more, what, advice) => {
    const target = await serverThat({
      onLogin: login => {
        if (login.method === 'publickey' && login.signature === undefined) login.accept()
        else login.reject([next], login.method === 'publickey')
      },
    })
    const error = await refusal({ ...target, ...more, privateKey: userKey })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toMatch(/^127\.0\.0\.1 accepted the key ssh-ed25519 SHA256:\S+ of "deploy" and then asked/)
    expect(error.message).toMatch(what)
    expect(error.advice).toMatch(advice)
    expect(error.advice).not.toMatch(/accepts no keys|authorized_keys/)
  })

  it('says that a password has expired, and how to end that', async () => {
    const target = await serverThat({
      onLogin: login => {
        if (login.method === 'password') login.requestChange('Change it', () => {})
        else login.reject(['password'])
      },
    })
    const error = await refusal({ ...target, password })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toMatch(/^The password of "deploy" has expired/)
    expect(error.advice).toContain('-M -1 deploy')
  })

  it('repeats what a server said that hangs up during the login', async () => {
    const target = await serverThat({
      banner: 'Your account has expired\n\u202e',
      onLogin: (_login, client) => client.end(),
    })
    const error = await refusal({ ...target, privateKey: userKey })
    expect(error.message).toMatch(/^127\.0\.0\.1 closed the connection while "deploy" logged in: /)
    expect(error.message).toContain('It said: "Your account has expired \\u{202e}"')
    expect(error.advice).toContain('chage -l deploy')
  })

  it('tells that a server takes no keys, and what it takes', async () => {
    const target = await serverThat({ onLogin: login => login.reject(['password']) })
    const error = await refusal({ ...target, privateKey: userKey })
    expect(error.message).toContain(fingerprintOf(parsed(userKey).getPublicSSH()))
    expect(error.advice).toContain('accepts no keys')
    expect(error.detail).toContain('It accepts: password.')
  })

  it('sends no login when the host key is not the pinned one', async () => {
    let logins = 0
    const target = await serverThat({ onLogin: () => logins++ })
    const hostKeys = parseHostKeyPins(fingerprintOf(parsed(userKey).getPublicSSH()))
    const error = await refusal({ ...target, privateKey: userKey, password, hostKeys })
    expect(error.message).toContain('is not the one pinned')
    expect(logins).toBe(0)
  })

  it('raises no alarm over a pin of a type that nobody here can check', async () => {
    const target = await serverThat({})
    const key = Buffer.concat([sshString('ssh-mldsa44-ed25519'), sshString('key')]).toString('base64')
    const hostKeys = parseHostKeyPins(`[127.0.0.1]:${target.port} ssh-mldsa44-ed25519 ${key}`)
    const error = await refusal({ ...target, password, hostKeys })
    expect(error.message).toContain('only keys of a type that this action does not take (ssh-mldsa44-ed25519)')
    expect(error.message).toMatch(/offers: SHA256:\S{43} \(ED25519\)\.$/)
    expect(error.advice).not.toContain('impersonating')
  })
})

describe('connect with a signal', () => {
  const running = async (options: { survivesAbort?: boolean } = {}) => {
    const target = await serverThat({ onCommand: channel => channel.write('running') })
    const abort = new AbortController()
    const connection = await connected({ ...target, password }, { signal: abort.signal, ...options })
    const process = await connection.exec('sleep')
    await once(process.stdout, 'readable')
    return { abort, connection, process }
  }

  it('closes the connection that stands when it is aborted', async () => {
    const { abort, connection, process } = await running()
    abort.abort()
    expect(await process.exit).toEqual({ kind: 'lost', reason: 'this side closed the connection' })
    await expect(connection.exec('true')).rejects.toThrow('this side closed the connection')
  })

  it('closes it at once when it was aborted in the moment in which it stood', async () => {
    const abort = new AbortController()
    const target = await serverThat({
      onLogin: login => {
        if (login.method === 'password') setImmediate(() => abort.abort())
        login.accept()
      },
    })
    const connecting = connected({ ...target, password }, { signal: abort.signal })
    const connection = await connecting.catch(() => undefined)
    if (connection !== undefined) await expect(connection.exec('true')).rejects.toThrow()
  })

  it('leaves it open when there are things to do after an abort', async () => {
    const { abort, connection } = await running({ survivesAbort: true })
    abort.abort()
    const process = await connection.exec('true')
    await once(process.stdout, 'readable')
    expect(String(process.stdout.read())).toBe('running')
  })

  it('is not listened to once the connection is closed', async () => {
    const { abort, connection } = await running()
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1)
    connection.close()
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  })

  it.each(['before', 'meanwhile'])('ends the attempt when it is aborted %s', async when => {
    const abort = new AbortController()
    const silent = createServer(socket => socket.on('error', () => {}))
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    cleanUp.push(() => silent.close())
    if (when === 'before') abort.abort()
    else silent.once('connection', () => abort.abort())
    await expect(connected(targetAt(silent.address()), { signal: abort.signal })).rejects.toThrow(
      'The run was cancelled.',
    )
  })
})

describe('RemoteProcess.exit', () => {
  it('is lost when the link dies between a status of 0 and the end of the output', async () => {
    const target = await serverThat({
      onCommand: (channel, cut) => {
        channel.write('half of the du')
        channel.exit(0)
        cut()
      },
    })
    const process = await (await connected({ ...target, privateKey: userKey })).exec('dump')
    process.stderr.resume()
    expect(await text(process.stdout)).toBe('half of the du')
    expect(await process.exit).toEqual({
      kind: 'lost',
      reason: expect.stringContaining('closed the connection'),
    })
  })

  it('is the status when the link dies after the end of the output', async () => {
    const target = await serverThat({
      onCommand: (channel, cut) => {
        channel.write('the whole dump')
        channel.exit(0)
        channel.eof()
        cut()
      },
    })
    const process = await (await connected({ ...target, privateKey: userKey })).exec('dump')
    process.stderr.resume()
    expect(await text(process.stdout)).toBe('the whole dump')
    expect(await process.exit).toEqual({ kind: 'code', code: 0 })
  })

  it('is lost when the server closes the channel without a status', async () => {
    const target = await serverThat({ onCommand: channel => channel.end('output') })
    const process = await (await connected({ ...target, privateKey: userKey })).exec('dump')
    expect(await process.exit).toEqual({
      kind: 'lost',
      reason: 'the server closed the channel without a status',
    })
    expect(await text(process.stdout)).toBe('output')
  })

  it('says so when this side closed the process', async () => {
    const target = await serverThat({ onCommand: channel => channel.on('end', () => channel.close()) })
    const process = await (await connected({ ...target, privateKey: userKey })).exec('sleep')
    process.close()
    expect(await process.exit).toEqual({
      kind: 'lost',
      reason: 'this side closed the channel before a status came',
    })
  })
})

function ask(
  login: AuthContext,
  prompts: { prompt: string; echo: boolean }[],
  seen: (answers: string[]) => void = () => {},
): void {
  if (login.method !== 'keyboard-interactive') {
    login.reject(['keyboard-interactive'])
    return
  }
  login.prompt(prompts, answers => {
    seen(answers)
    if (answers[0] === password) login.accept()
    else login.reject(['keyboard-interactive'])
  })
}

function cipherOf(client: object): { allocPacket(bytes: number): Buffer; encrypt(packet: Buffer): void } {
  const cipher = Reflect.get(Reflect.get(client, '_protocol'), '_cipher')
  return { allocPacket: cipher.allocPacket.bind(cipher), encrypt: cipher.encrypt.bind(cipher) }
}

/** As a server that does not know RFC 8308: it tells no signature algorithms. */
function hideExtensions(client: object): void {
  let kex: object | undefined
  Object.defineProperty(Reflect.get(client, '_protocol'), '_kex', {
    get: () => kex,
    set: (made: object) => {
      kex = Object.defineProperty(made, 'remoteExtInfoEnabled', { get: () => false, set: () => {} })
    },
  })
}
