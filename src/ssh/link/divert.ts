import type { Readable } from 'node:stream'

/** ssh2 allows a server 2 MiB ahead of what is read, and lets it send more all the same. */
const heldBytesMax = 8 * 1024 * 1024

/** The destination of the bytes of a channel. */
export interface Outlet {
  /** Bytes that nobody has read yet. */
  held(): number
  /** Returns false to pause. */
  accept(chunk: Buffer): boolean
  /** The end of the data. */
  finish(): void
}

/**
 * Passes the data of a side of an ssh2 channel to `outlet`, so that it closes when the server says so, even without a
 * reader. While `push` returns false, ssh2 does not extend the window until `_read` is called. A server that sends on is
 * cut off.
 */
export function divert(source: Readable, link: { fail(reason: string): void }, outlet: Outlet): void {
  const push = source.push.bind(source)
  source.push = (chunk: Buffer | null) => {
    if (chunk !== null && outlet.held() > heldBytesMax) {
      link.fail('the server sent more than it was allowed to')
      return false
    }
    if (chunk !== null) return outlet.accept(chunk)
    outlet.finish()
    return push(null)
  }
  source.resume()
}
