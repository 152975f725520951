import type { Readable } from 'node:stream'

/** The destination of the bytes of a channel. */
export interface Outlet {
  /** Returns false to pause. */
  accept(chunk: Buffer): boolean
  /** The end of the data. */
  finish(): void
}

/**
 * Passes the data of `source`, a side of an ssh2 channel, to `outlet` instead of its own buffer, so that it ends and
 * closes as soon as the server says so, even if nobody reads. While `push` returns false, ssh2 does not extend the
 * window until `_read` is called.
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
