import { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { divert } from './divert'
import type { Carrier } from './remote-process'

/** A transport for SSH: a TCP socket, or a stream over another link. */
export interface LinkSocket extends Duplex {
  /** The bytes received so far. */
  readonly bytesRead: number
}

/**
 * A TCP connection that a server made for us, as a socket. Must be created in the turn in which the channel opened.
 *
 * Wraps the channel, which counts no bytes, has no working `destroy`, and ends normally when the link below it breaks.
 * This socket fails then, with the reason.
 */
export class ForwardedSocket extends Duplex implements LinkSocket {
  bytesRead = 0
  readonly #channel: ClientChannel
  readonly #carrier: Carrier
  #written: (() => void) | undefined
  #isFinished = false

  constructor(channel: ClientChannel, carrier: Carrier) {
    super({ highWaterMark: 1024 * 1024, allowHalfOpen: false })
    this.#channel = channel
    this.#carrier = carrier
    // 'close' reports a failure too; without a listener here, 'error' would end the process.
    this.on('error', () => {})
    divert(channel, carrier, {
      held: () => this.readableLength,
      accept: chunk => this.#accept(chunk),
      finish: () => this.#finish(),
    })
    channel.stderr.resume()
    channel.on('error', () => {})
    channel.on('close', () => this.#closed())
  }

  override _read(): void {
    this.#channel._read(0)
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#written = done
    this.#carrier.inOneGo(() => this.#channel.write(chunk, () => this.#carrier.onceSent(() => this.#writtenOnce())))
  }

  /** Sends the pieces of one packet in one packet of the link below. */
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), '', done)
  }

  override _final(done: () => void): void {
    this.#channel.eof()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#channel.close()
    this.#writtenOnce()
    done(error)
  }

  #accept(chunk: Buffer): boolean {
    this.bytesRead += chunk.length
    return this.destroyed || this.push(chunk)
  }

  #finish(): void {
    if (this.#isFinished || this.#carrier.lossOf() !== undefined) return
    this.#isFinished = true
    this.push(null)
  }

  #closed(): void {
    const loss = this.#carrier.lossOf()
    if (loss !== undefined) this.destroy(new Error(loss))
    else if (this.readableEnded) this.destroy()
    else this.once('end', () => this.destroy())
  }

  #writtenOnce(): void {
    const done = this.#written
    this.#written = undefined
    done?.()
  }
}
