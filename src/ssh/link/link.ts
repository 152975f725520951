import { NodeSSH } from 'node-ssh'
import type { Algorithms, Client } from 'ssh2'
import { abortable } from '../../runtime/abortable'
import { CancelledError } from '../../runtime/errors'
import { useKeyObjects } from '../keys/cipher-keys'
import type { HostKeyAlgorithm } from '../keys/host-keys'
import type { RemoteProcess } from '../remote'
import type { SshTimeouts } from '../timeouts'
import { DialError, type DialFailure } from './dial-error'
import { ForwardedSocket, type LinkSocket } from './forwarded-socket'
import type { Login } from './login'
import { type Carrier, remoteProcess } from './remote-process'
import { signWithSha2 } from './rsa-signatures'
import { readHello } from './server-hello'
import { isExchangingKeys, limitServer, unusable } from './server-limits'
import { describe, dialErrorOf } from './ssh2-error'

/** The options of one attempt to start SSH on an open socket. */
export interface LinkOptions {
  user: string
  /** The algorithms to offer, in order of preference. */
  hostKeyAlgorithms: readonly (HostKeyAlgorithm | 'ssh-rsa')[]
  /** Called before anything else is sent, and at each re-keying. */
  verifyHostKey: (key: Buffer) => boolean
  login: Login
  timeouts: SshTimeouts
  signal: AbortSignal
}

/**
 * What is sound, and no more. AES-GCM first: measured, it is three times as fast as AES-CTR in Node. The rest is for old
 * servers; every OpenSSH since 5.7 has something of each list.
 */
export const algorithms = {
  // Without group exchange: ssh2 takes any group, of 512 bits or of so many that the process hangs.
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
    'chacha20-poly1305@openssh.com',
  ],
  // The streams are already compressed.
  compress: ['none'],
} satisfies Algorithms

/** What waits in a socket for a server that does not read, whatever window it granted. */
const unsentBytesMax = 8 * 1024 * 1024

/** Starts SSH on the socket and logs in. Throws `DialError` or `CancelledError`, and destroys the socket then. */
export async function openLink(socket: LinkSocket, options: LinkOptions): Promise<Link> {
  const { signal, timeouts } = options
  const ssh = new NodeSSH()
  let hostKey = Buffer.alloc(0)
  try {
    const ready = ssh.connect({
      sock: socket,
      username: options.user,
      hostVerifier: (key: Buffer) => {
        hostKey = Buffer.from(key)
        return options.verifyHostKey(key)
      },
      algorithms: { ...algorithms, serverHostKey: [...options.hostKeyAlgorithms] },
      authHandler: options.login.handler,
      readyTimeout: timeouts.loginMs,
      // ssh2 only sends the keepalives. Received bytes of any kind prove that the link works: on a slow link the
      // replies wait behind megabytes of data.
      keepaliveInterval: timeouts.keepaliveMs,
      keepaliveCountMax: Number.MAX_SAFE_INTEGER,
    })
    const client = ssh.connection
    if (client === null) throw new TypeError('node-ssh creates its client at once.')
    const hello = readHello(socket)
    const link = new Link(client, socket, timeouts, {
      identification: () => hello().identification,
      hostKey: () => hostKey,
    })
    limitServer(client, socket, reason => link.fail(reason, 'protocol'))
    client.on('handshake', () => {
      useKeyObjects(client)
      signWithSha2(client)
    })
    client.on('banner', text => options.login.heard(text))
    client.on('change password', () =>
      link.fail('the server wants the password to be changed first', 'password-expired'),
    )
    try {
      await abortable(ready, signal)
    } catch (error) {
      throw dialErrorOf(link.firstError ?? error, { hello: hello(), login: options.login.record })
    }
    return link
  } catch (error) {
    socket.destroy()
    throw signal.aborted ? new CancelledError() : error
  }
}

interface ServerFacts {
  identification: () => string
  hostKey: () => Buffer
}

/** A logged-in SSH link over one socket. */
export class Link {
  /** Why the link broke; undefined while it works. */
  loss: string | undefined
  /** The first error that ssh2 reported, if any. */
  firstError: Error | undefined
  readonly #client: Client
  readonly #socket: LinkSocket
  readonly #server: ServerFacts
  readonly #closeMs: number

  constructor(client: Client, socket: LinkSocket, timeouts: SshTimeouts, server: ServerFacts) {
    this.#client = client
    this.#socket = socket
    this.#server = server
    this.#closeMs = timeouts.closeMs
    client.on('error', (error: Error) => {
      this.firstError ??= error
    })
    const watchdog = this.#watch(timeouts)
    client.on('close', () => {
      clearInterval(watchdog)
      this.loss ??= this.firstError === undefined ? 'the server closed the connection' : describe(this.firstError)
    })
  }

  get serverVersion(): string {
    return this.#server.identification()
  }

  /** The host key that the server used. */
  get hostKey(): Buffer {
    return this.#server.hostKey()
  }

  /** Starts a command. Rejects with ssh2's error; it has a `reason` if the server refused the channel. */
  exec(command: string): Promise<RemoteProcess> {
    return new Promise((resolve, reject) => {
      this.#client.exec(command, (error, channel) => {
        if (error) reject(error)
        else this.#use(channel, () => resolve(remoteProcess(channel, this.#carrier())), reject)
      })
    })
  }

  /** A TCP connection from the server to another host. Rejects as `exec` does. `lossOf`: words for a broken link. */
  forward(host: string, port: number, lossOf: (loss: string) => string): Promise<LinkSocket> {
    return new Promise((resolve, reject) => {
      this.#client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (error) reject(error)
        else this.#use(channel, () => resolve(new ForwardedSocket(channel, this.#carrier(lossOf))), reject)
      })
    })
  }

  /** Breaks the link; its processes end as `lost`. */
  fail(reason: string, failure: DialFailure): void {
    this.loss ??= reason
    this.firstError ??= new DialError(failure, reason)
    this.#socket.destroy()
  }

  close(): void {
    this.loss ??= 'this side closed the connection'
    this.#client.end()
    setTimeout(() => this.#socket.destroy(), this.#closeMs).unref()
  }

  #carrier(lossOf = (loss: string) => loss): Carrier {
    return {
      lossOf: () => (this.loss === undefined ? undefined : lossOf(this.loss)),
      inOneGo: work => this.#inOneGo(work),
      onceSent: next => this.#onceSent(next),
      fail: reason => this.fail(reason, 'protocol'),
    }
  }

  #use(channel: object, use: () => void, reject: (error: Error) => void): void {
    const fault = unusable(channel)
    if (fault === undefined) use()
    else {
      this.fail(fault, 'protocol')
      reject(new Error(fault))
    }
  }

  #onceSent(next: () => void): void {
    if (isExchangingKeys(this.#client)) this.#client.once('handshake', () => this.#onceSent(next))
    else if (this.#socket.writableLength <= unsentBytesMax) next()
    else this.#socket.once('drain', next)
  }

  /** ssh2 writes each packet in three pieces; corked, they take one system call. */
  #inOneGo(work: () => void): void {
    this.#socket.cork()
    try {
      work()
    } finally {
      this.#socket.uncork()
    }
  }

  #watch({ keepaliveMs, keepaliveCount }: SshTimeouts): NodeJS.Timeout {
    let seen = this.#socket.bytesRead
    let silent = 0
    const timer = setInterval(() => {
      silent = this.#socket.bytesRead === seen ? silent + 1 : 0
      seen = this.#socket.bytesRead
      // The first keepalive is sent one interval after the last reply.
      if (silent > keepaliveCount) this.fail(`nothing arrived for ${(silent * keepaliveMs) / 1000} s`, 'timeout')
    }, keepaliveMs)
    return timer.unref()
  }
}
