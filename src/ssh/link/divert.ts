import type { Readable } from 'node:stream'

/** The destination of the bytes of a channel. */
export interface Outlet {
  /** Returns false to pause. */
  accept(chunk: Buffer): boolean
  /** The end of the data. */
  finish(): void
}

/**
 * Passes the data of a side of an ssh2 channel to `outlet`, so that it closes when the server says so, even without a
 * reader. While `push` returns false, ssh2 does not extend the window until `_read` is called.
 */
export function divert(source: Readable, outlet: Outlet): void {
  const push = source.push.bind(source)
  source.push = (chunk: Buffer | null) => {
    if (chunk !== null) return outlet.accept(chunk)
    outlet.finish()
    return push(null)
  }
  source.resume()
}
