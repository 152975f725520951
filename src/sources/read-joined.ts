import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { codecsOf } from '../pipeline/codec'
import type { ReadRequest } from '../repository/artifact/reader'
import type { Artifact, ArtifactObject } from '../repository/manifest/manifest'
import type { Repository } from '../repository/repository'
import { isAbort } from '../runtime/errors'
import type { DecodedReading } from './read-decoded'
import { alone, type ChainReader } from './shared-readings'

/** Makes one content of those of a chain, which come decoded and from the newest to the oldest. Throws CheckError. */
export interface Joiner {
  write(chunk: Buffer): void
  /** The content of an object has ended. */
  next(): void
  /** All have. */
  end(): void
  /** What has been made since the last time. */
  take(): Buffer
  /** About how many names it will hold, which is what it takes memory for. */
  readonly names: number
}

export interface JoinedReading {
  signal: AbortSignal
  /** Takes a piece of what was made; resolves once it can take more. */
  write: (piece: Buffer) => Promise<void> | void
  /** Of all objects. */
  onProgress?: ((storedBytes: number) => void) | undefined
  pauseMs?: number | undefined
  /** The caller compares with the digests itself. By default other bytes fail before their object ends. */
  mayDiffer?: boolean
  /** How objects are read that others build on, too. */
  reader?: ChainReader
}

/** The objects of an artifact, as they are read. */
export function newestFirst(artifact: Artifact): ArtifactObject[] {
  return [artifact, ...(artifact.chain ?? []).toReversed()]
}

/**
 * Reads the objects of a chain, each once, and passes on what the joiner makes of them. Returns the digest of each, in the
 * order of `newestFirst`. Throws as `readArtifact` does, and what `write` throws.
 */
export async function readJoined(
  repository: Repository,
  artifact: Artifact,
  joiner: Joiner,
  { write, onProgress, reader = alone, ...request }: JoinedReading,
): Promise<string[]> {
  const digests: string[] = []
  let before = 0
  for (const object of newestFirst(artifact)) {
    const sum = before
    const reading: DecodedReading = {
      ...{ object, codecs: codecsOf(artifact), ...request },
      write: piece => {
        joiner.write(piece)
        return write(joiner.take())
      },
      onProgress: bytes => onProgress?.(sum + bytes),
    }
    digests.push(await reader.read(repository, reading))
    joiner.next()
    await write(joiner.take())
    before += object.bytes
  }
  joiner.end()
  await write(joiner.take())
  return digests
}

/** The same through a filter, as `readArtifact` does it with the content of a single object. */
export async function readJoinedInto<R>(
  repository: Repository,
  artifact: Artifact,
  joiner: Joiner,
  { filter, into, signal, onProgress }: ReadRequest<R> & Required<Pick<ReadRequest<R>, 'into'>>,
): Promise<R> {
  const source = new PassThrough({ highWaterMark: 1024 * 1024 })
  const stop = new AbortController()
  const any = AbortSignal.any([signal, stop.signal])
  const sent = pipeline([source, ...filter.stages, ...into], { signal })
  sent.catch(error => stop.abort(error))
  try {
    await readJoined(repository, artifact, joiner, {
      ...{ signal: any, onProgress },
      write: async piece => {
        if (piece.length > 0 && !source.write(piece)) await once(source, 'drain', { signal: any })
      },
    })
    source.end()
    await sent
  } catch (error) {
    source.destroy(error instanceof Error ? error : undefined)
    await sent.catch(() => {})
    signal.throwIfAborted()
    // What failed behind it is the reason.
    throw stop.signal.aborted && isAbort(error) ? stop.signal.reason : error
  }
  return filter.result()
}
