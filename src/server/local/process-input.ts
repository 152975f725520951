import { Writable } from 'node:stream'
import { UnreadInput } from '../../ssh/link/unread-input'

/**
 * The standard input of a process. Node destroys its own stream when the process ends, which a pipeline reports as a
 * premature close. This one fails only when input was left unread, with `UnreadInput`.
 */
export class ProcessInput extends Writable {
  readonly #pipe: Writable

  constructor(pipe: Writable) {
    super({ highWaterMark: 1024 * 1024 })
    this.#pipe = pipe
    this.on('error', () => {})
    pipe.on('error', () => {})
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.#pipe.write(chunk, error => done(error ? new UnreadInput(error) : undefined))
  }

  override _final(done: () => void): void {
    this.#pipe.end(() => done())
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#pipe.destroy()
    done(error)
  }
}
