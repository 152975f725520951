import type { Readable } from 'node:stream'

/** Where the bytes of a channel go. */
export interface Outlet {
  /** False: no more for now. */
  accept(chunk: Buffer): boolean
  /** No more will come. */
  finish(): void
}

/**
 * Passes what arrives at `source`, a side of an ssh2 channel, on to `outlet` instead of its own buffer, so that it ends and
 * closes as soon as the server says so, read or not. ssh2 sends no more window while `push` returns false, until `_read` is
 * called.
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
