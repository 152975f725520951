import { PassThrough, type Writable } from 'node:stream'
import { FailureError } from '../../../../src/runtime/errors'
import { ProcessInput } from '../../../../src/server/local/process-input'
import type { Connection, RemoteExit, RemoteProcess } from '../../../../src/ssh/remote'
import { localShell } from '../../../servers/processes/local-shell'

/** A job that the server is asked for, before it begins. */
export interface AskedJob {
  name: string
  /** The values of a key of the request. */
  values(key: string): string[]
  /** Its channel breaks off: nothing of it is heard any more, and it loses its input. */
  cut(): void
  /** It gets its request and does its work, and nobody hears of it. `then` is called when it has ended. */
  goUnheard(then?: () => void): void
  /** Settles when this side has closed the channel. */
  readonly closed: Promise<void>
}

/** Waited for before a job begins. */
export type OnJob = (job: AskedJob) => Promise<void> | void

/** A link to a "server" that is this machine: the real script in a local shell, which a test can break. */
export interface ServerLink extends Connection {
  /** The whole link dies, as sshd and ssh2 see it: no status comes, and the processes lose their input. */
  cut(): void
  /** Settles when all that was started has ended. */
  readonly ended: Promise<unknown>
}

export function serverLink(environment: NodeJS.ProcessEnv, onJob: OnJob): ServerLink {
  const shell = localShell(['/bin/sh'], environment)
  const channels = new Set<Channel>()
  const processes: Promise<RemoteExit>[] = []
  let isCut = false
  return {
    serverVersion: 'SSH-2.0-Stage',
    exec: async command => {
      if (isCut) throw new FailureError('The connection to the server is broken.')
      const process = await shell.exec(command)
      processes.push(process.exit)
      const channel = new Channel(process, onJob)
      channels.add(channel)
      return channel
    },
    close: () => {
      for (const channel of channels) channel.close()
    },
    cut: () => {
      isCut = true
      for (const channel of channels) channel.cut()
    },
    get ended() {
      return Promise.all(processes)
    },
  }
}

const lost: RemoteExit = { kind: 'lost', reason: 'the link was cut' }

class Channel implements RemoteProcess {
  readonly stdin: Writable
  readonly stdout = new PassThrough()
  readonly stderr = new PassThrough()
  readonly exit: Promise<RemoteExit>
  readonly #process: RemoteProcess
  readonly #lost = Promise.withResolvers<RemoteExit>()
  readonly #closed = Promise.withResolvers<void>()
  #isUnheard = false

  constructor(process: RemoteProcess, onJob: OnJob) {
    this.#process = process
    this.stdin = new JobInput(process.stdin, request => onJob(this.#job(request)))
    this.exit = Promise.race([this.#lost.promise, process.exit.then(exit => (this.#isUnheard ? lost : exit))])
    process.stdout.on('error', () => {}).pipe(this.stdout)
    process.stderr.on('error', () => {}).pipe(this.stderr)
  }

  close(): void {
    this.#process.close()
    this.stdout.destroy()
    this.#closed.resolve()
  }

  cut(): void {
    this.#lost.resolve(lost)
    this.#process.stdin.end()
    this.#mute()
  }

  #goUnheard(then = () => {}): void {
    this.#isUnheard = true
    this.#mute()
    void this.#process.exit.then(then)
  }

  #mute(): void {
    this.#process.stdout.unpipe(this.stdout).resume()
    this.#process.stderr.unpipe(this.stderr).resume()
    this.stdout.end()
    this.stderr.end()
  }

  #job(request: string): AskedJob {
    const values = (key: string) =>
      request.split('\n').flatMap(line => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))
    return {
      name: values('job')[0] ?? '',
      values,
      cut: () => this.cut(),
      goUnheard: then => this.#goUnheard(then),
      closed: this.#closed.promise,
    }
  }
}

/** Passes on what a job is sent; its request waits until the test lets it. */
class JobInput extends ProcessInput {
  readonly #onRequest: (request: string) => Promise<void> | void

  constructor(pipe: Writable, onRequest: (request: string) => Promise<void> | void) {
    super(pipe)
    this.#onRequest = onRequest
  }

  override async _write(chunk: Buffer, encoding: string, done: (error?: Error) => void): Promise<void> {
    if (chunk.subarray(0, 6).toString() === 'nonce=') await this.#onRequest(chunk.toString())
    super._write(chunk, encoding, done)
  }
}
