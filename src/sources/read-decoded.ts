import { Writable } from 'node:stream'
import { type Codec, decode } from '../pipeline/codec'
import { digest } from '../pipeline/digest'
import { decryption, readArtifact } from '../repository/artifact/reader'
import type { ArtifactObject } from '../repository/manifest/manifest'
import type { Repository } from '../repository/repository'

/** How an object of a chain is read. */
export interface DecodedReading {
  object: ArtifactObject
  codecs: readonly Codec[]
  signal: AbortSignal
  /** Takes a piece of what is in it; resolves once it can take more. */
  write: (piece: Buffer) => Promise<void> | void
  onProgress?: ((storedBytes: number) => void) | undefined
  pauseMs?: number | undefined
  /** As `ReadRequest.mayDiffer`. */
  mayDiffer?: boolean
}

/** Reads an object, decrypted and decoded. Returns the digest of what is stored. Throws as `readArtifact`, and what `write` throws. */
export async function readDecoded(
  repository: Repository,
  { object, codecs, write, ...request }: DecodedReading,
): Promise<string> {
  const into = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      Promise.resolve()
        .then(() => write(piece))
        .then(() => done(), done)
    },
  })
  const opened = decryption(repository, object)?.stages ?? []
  const { sha256 } = await readArtifact(repository, object, {
    // The digest is that of what is stored.
    ...{ filter: digest(), asStored: true, into: [...opened, ...decode(codecs).stages, into], ...request },
  })
  return sha256
}
