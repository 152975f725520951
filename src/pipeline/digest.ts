import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'
import { CheckError } from './check-error'
import { type Filter, known } from './filter'

/** The length of a stream, and its sha256 in lower-case hex. */
export interface Digest {
  bytes: number
  sha256: string
}

/** Measures what passes. `expected`: an object that was checked before; others fail with `CheckError` at the end. */
export function digest(expected?: Digest & { key: string }): Filter<Digest> & { readonly bytes: number } {
  const hash = createHash('sha256')
  let bytes = 0
  let found: { result: Digest } | undefined
  const stage = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      const result = { bytes, sha256: hash.digest('hex') }
      if (expected !== undefined && (bytes !== expected.bytes || result.sha256 !== expected.sha256)) {
        return done(
          new CheckError(`"${expected.key}" changed between its check and its use: its digest is different now.`),
        )
      }
      found = { result }
      done()
    },
  })
  return {
    stages: [stage],
    result: () => known(found),
    get bytes() {
      return bytes
    },
  }
}
