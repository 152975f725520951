import { createHash } from 'node:crypto'
import { type Duplex, PassThrough, Transform } from 'node:stream'
import { constants, createGunzip, createZstdDecompress } from 'node:zlib'
import { noteFreed } from '../runtime/minor-gc'
import { CheckError } from './check-error'
import type { Compression } from './compression'

/** Of the stored stream. */
export interface StoredDigest {
  bytes: number
  sha256: string
}

/**
 * The stages that make content of a stored stream, for `pipeline`: they fail at the end unless what passed has exactly this digest. To be
 * used on a stream that was checked before; it holds the second reading to the first.
 */
export function verifiedContent(compression: Compression, digest: StoredDigest): Duplex[] {
  return [verifyDigest(digest), decompressor(compression)]
}

/** For `pipeline`: passes everything, and fails at the end unless it has exactly this digest. */
export function verifyDigest(digest: StoredDigest): Transform {
  const hash = createHash('sha256')
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      if (bytes === digest.bytes && hash.digest('hex') === digest.sha256) done()
      else
        done(new CheckError('The object changed between its check and its use: its digest is another now.'))
    },
  })
}

const pieceBytes = 256 * 1024

function decompressor(compression: Compression): Duplex {
  switch (compression) {
    case 'gzip':
      return counted(createGunzip({ chunkSize: pieceBytes }))
    case 'zstd':
      return counted(
        createZstdDecompress({ chunkSize: pieceBytes, params: { [constants.ZSTD_d_windowLogMax]: 27 } }),
      )
    case 'none':
      return new PassThrough()
  }
}

function counted<T extends Duplex>(engine: T): T {
  engine.on('data', (piece: Buffer) => noteFreed(piece.length))
  return engine
}
