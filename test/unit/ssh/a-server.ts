import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import {
  type AuthContext,
  type ParsedKey,
  Server,
  type ServerChannel,
  type Connection as ServerConnection,
  utils,
} from 'ssh2'
import { type ConnectOptions, connect } from '../../../src/ssh/connection'
import { fingerprintOf, parseHostKeyPins } from '../../../src/ssh/keys/host-keys'
import { encodeEd25519Key } from '../../../src/ssh/keys/openssh-key'
import type { Connection, SshTarget } from '../../../src/ssh/remote'

const hostKey = encodeEd25519Key(generateKeyPairSync('ed25519').privateKey)
export const userKey = encodeEd25519Key(generateKeyPairSync('ed25519').privateKey)

/** Done after each test. */
export const cleanUp: (() => void)[] = []

afterEach(() => {
  for (const undo of cleanUp.splice(0)) undo()
})

export interface Script {
  /** In place of an Ed25519 key. */
  hostKeys?: readonly string[]
  /** The software that it claims to be. */
  ident?: string
  /** What it says before the login. */
  banner?: string
  onConnection?: (client: ServerConnection) => void
  onLogin?: (login: AuthContext, client: ServerConnection) => void
  /** Plays the process; `cut` ends the TCP connection once what was written has left. */
  onCommand?: (channel: ServerChannel, cut: () => void, client: ServerConnection) => void
}

/** A server that does what sshd cannot be brought to do, speaking SSH all the same. */
export async function serverThat({
  onConnection = () => {},
  onLogin = login => login.accept(),
  onCommand = () => {},
  hostKeys = [hostKey],
  ident = 'a-server',
  banner = '',
}: Script): Promise<SshTarget> {
  const server = new Server({ hostKeys: [...hostKeys], ident, banner }, client => {
    client.on('error', () => {})
    onConnection(client)
    client.on('authentication', login => onLogin(login, client))
    client.on('session', accept => {
      accept().on('exec', acceptCommand => onCommand(acceptCommand(), () => client.end(), client))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp.push(() => server.close())
  return targetAt(server.address())
}

export function targetAt(address: AddressInfo | string | null): SshTarget {
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    host: '127.0.0.1',
    port: address.port,
    user: 'deploy',
    hostKeys: parseHostKeyPins(fingerprintOf(parsed(hostKey).getPublicSSH())),
  }
}

export function parsed(text: string): ParsedKey {
  const key = utils.parseKey(text)
  if (key instanceof Error) throw key
  return key
}

export async function connected(
  target: SshTarget,
  { timeouts, ...options }: Partial<ConnectOptions> = {},
): Promise<Connection> {
  const connection = await connect(target, {
    signal: new AbortController().signal,
    ...options,
    timeouts: { retryMs: [], penaltyMs: [], showPauseMs: 1, loginMs: 5_000, closeMs: 50, ...timeouts },
  })
  cleanUp.push(() => connection.close())
  return connection
}
