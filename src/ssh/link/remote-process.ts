import { Readable, Writable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { RemoteExit, RemoteProcess } from '../remote'
import { divert, type Outlet } from './divert'
import { UnreadInput } from './unread-input'

/** What a channel needs from its link. */
export interface Carrier {
  /** Why the link broke; undefined while it works. */
  lossOf(): string | undefined
  /** Runs `work` and sends everything that it writes in one go. */
  inOneGo(work: () => void): void
  /** Calls back once what was written so far does not fill memory: ssh2 takes everything that a window allows. */
  onceSent(next: () => void): void
  /** Breaks the link, since the server does not keep to the protocol. */
  fail(reason: string): void
}

/**
 * Turns an ssh2 channel into a process. Must be called in the turn in which the channel opened.
 *
 * The streams wrap the channel, since it has no working `destroy`, never calls back a write that the server left
 * unread, and closes itself when its output ends, before the status can arrive.
 */
export function remoteProcess(channel: ClientChannel, carrier: Carrier): RemoteProcess {
  let status: RemoteExit | undefined
  let outputIsComplete = false
  let closedHere = false
  const close = () => {
    closedHere = true
    channel.close()
  }
  const stdin = new ChannelInput(channel, carrier)
  const stdout = new ChannelOutput(() => channel._read(0), close)
  const stderr = new ChannelOutput(
    () => channel.stderr._read(0),
    () => {},
  )
  divert(channel, carrier, {
    held: () => stdout.readableLength,
    accept: chunk => stdout.accept(chunk),
    finish: () => {
      // A link that breaks ends the output too. Only an end that the server announced means that it is complete.
      if (carrier.lossOf() === undefined) outputIsComplete = true
      stdout.finish()
    },
  })
  divert(channel.stderr, carrier, stderr)
  channel.on('exit', (code: number | null, signal?: string) => {
    status = code === null ? { kind: 'signal', signal: signal ?? 'unknown' } : { kind: 'code', code }
  })
  channel.on('error', () => {})
  const exit = new Promise<RemoteExit>(resolve => {
    channel.on('close', () => {
      stdin.refuseFurtherInput()
      if (status !== undefined && outputIsComplete) resolve(status)
      else resolve({ kind: 'lost', reason: carrier.lossOf() ?? (closedHere ? closedByUs : closedByServer) })
    })
  })
  return { stdin, stdout, stderr, exit, close }
}

const closedByUs = 'this side closed the channel before a status came'
const closedByServer = 'the server closed the channel without a status'

/** Standard output or standard error. Drops data that arrives after `destroy`. */
class ChannelOutput extends Readable implements Outlet {
  readonly #more: () => void
  readonly #unwanted: () => void
  #isFinished = false

  constructor(more: () => void, unwanted: () => void) {
    super({ highWaterMark: 1024 * 1024 })
    this.#more = more
    this.#unwanted = unwanted
    this.on('error', () => {})
  }

  held(): number {
    return this.readableLength
  }

  accept(chunk: Buffer): boolean {
    return this.destroyed || this.push(chunk)
  }

  finish(): void {
    if (this.#isFinished) return
    this.#isFinished = true
    this.push(null)
  }

  override _read(): void {
    this.#more()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // There is no reader any more: the process learns it as from a broken pipe.
    if (!this.#isFinished) this.#unwanted()
    done(error)
  }
}

class ChannelInput extends Writable {
  readonly #channel: ClientChannel
  readonly #carrier: Carrier
  #written: ((error?: Error) => void) | undefined

  constructor(channel: ClientChannel, carrier: Carrier) {
    super({ highWaterMark: 1024 * 1024 })
    this.#channel = channel
    this.#carrier = carrier
    this.on('error', () => {})
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.#written = done
    this.#carrier.inOneGo(() => this.#channel.write(chunk, () => this.#carrier.onceSent(() => this.#writtenOnce())))
  }

  override _final(done: () => void): void {
    this.#channel.eof()
    done()
  }

  refuseFurtherInput(): void {
    if (this.writableFinished || this.destroyed) return
    this.destroy(new UnreadInput())
    this.#writtenOnce()
  }

  #writtenOnce(): void {
    const done = this.#written
    this.#written = undefined
    done?.()
  }
}
