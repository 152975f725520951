import { Transform } from 'node:stream'
import { attempt } from './attempt'
import type { Digest } from './digest'
import { type Filter, known } from './filter'

/** A streaming check of content: sees every byte in order, in constant memory, and throws once it knows a fault. */
export interface ContentCheck<R> {
  write(chunk: Buffer): void
  /** Called once, after the last byte. Throws `CheckError` when the content is incomplete. */
  finish(): R
  /** What it has seen so far, for the progress line. */
  progress(): { bytes: number; tables?: number; files?: number }
}

/** The digest of the uncompressed stream. */
export type ContentDigest = Digest

/** Runs a check on content while it passes through. */
export function checkContent<R>(check: ContentCheck<R>): Filter<R> {
  let found: { result: R } | undefined
  const stage = new Transform({
    highWaterMark: 1024 * 1024,
    transform(piece: Buffer, _encoding, done) {
      attempt(() => {
        check.write(piece)
        return piece
      }, done)
    },
    flush(done) {
      attempt(() => {
        found = { result: check.finish() }
      }, done)
    },
  })
  return { stages: [stage], result: () => known(found) }
}
