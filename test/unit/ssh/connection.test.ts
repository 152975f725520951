import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import {
  type AuthContext,
  type ParsedKey,
  Server,
  type ServerChannel,
  type Connection as ServerConnection,
  utils,
} from 'ssh2'
import { ActionError, FailureError, UserError } from '../../../src/runtime/errors'
import { connect } from '../../../src/ssh/connection'
import { fingerprintOf, parseHostKeyPins } from '../../../src/ssh/keys/host-keys'
import { encodeEd25519Key } from '../../../src/ssh/keys/openssh-key'
import type { Connection, SshTarget } from '../../../src/ssh/remote'

const hostKey = encodeEd25519Key(generateKeyPairSync('ed25519').privateKey)
const userKey = encodeEd25519Key(generateKeyPairSync('ed25519').privateKey)
const password = 'correct horse'
const cleanUp: (() => void)[] = []

afterEach(() => {
  for (const undo of cleanUp.splice(0)) undo()
})

interface Script {
  onLogin?: (login: AuthContext, client: ServerConnection) => void
  /** Plays the process; `cut` ends the TCP connection once what was written has left. */
  onCommand?: (channel: ServerChannel, cut: () => void) => void
}

/** A server that does what sshd cannot be brought to do, speaking SSH all the same. */
async function serverThat({
  onLogin = login => login.accept(),
  onCommand = () => {},
}: Script): Promise<SshTarget> {
  const server = new Server({ hostKeys: [hostKey] }, client => {
    client.on('error', () => {})
    client.on('authentication', login => onLogin(login, client))
    client.on('session', accept => {
      accept().on('exec', acceptCommand => onCommand(acceptCommand(), () => client.end()))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp.push(() => server.close())
  return targetAt(server.address())
}

function targetAt(address: ReturnType<ReturnType<typeof createServer>['address']>): SshTarget {
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    host: '127.0.0.1',
    port: address.port,
    user: 'deploy',
    hostKeys: parseHostKeyPins(fingerprintOf(parsed(hostKey).getPublicSSH())),
  }
}

function parsed(text: string): ParsedKey {
  const key = utils.parseKey(text)
  if (key instanceof Error) throw key
  return key
}

async function connected(target: SshTarget): Promise<Connection> {
  const timeouts = { retryMs: [], loginMs: 5_000, closeMs: 50 }
  const connection = await connect(target, { signal: new AbortController().signal, timeouts })
  cleanUp.push(() => connection.close())
  return connection
}

async function refusal(target: SshTarget): Promise<ActionError> {
  try {
    await connected(target)
  } catch (error) {
    if (error instanceof ActionError) return error
    throw error
  }
  throw new Error('it connected')
}

describe('connect', () => {
  it('logs in with a password', async () => {
    const target = await serverThat({
      onLogin: login =>
        login.method === 'password' && login.password === password
          ? login.accept()
          : login.reject(['password']),
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
    expect((await refusal({ ...target, password: 'wrong horse' })).message).toContain(
      'did not let "deploy" in',
    )
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
    expect(await refusal({ ...target, password })).toBeInstanceOf(UserError)
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

  it('tells that a server takes no keys, and what it takes', async () => {
    const target = await serverThat({ onLogin: login => login.reject(['password']) })
    const error = await refusal({ ...target, privateKey: userKey })
    expect(error.message).toContain(fingerprintOf(parsed(userKey).getPublicSSH()))
    expect(error.advice).toContain('takes no keys')
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

  it('explains a service that is not SSH, with what it said', async () => {
    const server = createServer(socket => {
      socket.on('error', () => {})
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
      socket.resume()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanUp.push(() => server.close())
    const error = await refusal(targetAt(server.address()))
    expect(error).toBeInstanceOf(FailureError)
    expect(error.detail.join()).toContain('HTTP/1.1 400')
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
