import { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { divert } from './divert'
import type { Carrier } from './remote-process'

/** What SSH can be spoken over: a TCP socket, or a stream that another link carries. */
export interface LinkSocket extends Duplex {
  /** Arrived so far. */
  readonly bytesRead: number
}

/**
 * A TCP connection that a server made for us, as a socket. Must be made in the same turn in which the channel opened.
 *
 * A stream of Node's own around the channel, which counts no bytes, has no working `destroy`, and would end like a connection
 * in good order when the link that carries it dies: this one fails then, and says why.
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
    // Whoever is interested hears of it by 'close' as well; without a listener it would end the program.
    this.on('error', () => {})
    divert(channel, {
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
    this.#carrier.inOneGo(() => this.#channel.write(chunk, () => this.#writtenOnce()))
  }

  /** The pieces of one packet travel in one packet of the link below. */
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
