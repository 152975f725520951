import type { Duplex, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { open } from '../../pipeline/age/open'
import { isEncryptedKey } from '../../pipeline/codec'
import { digest } from '../../pipeline/digest'
import { type Filter, nowhere } from '../../pipeline/filter'
import { steadyRead } from '../../store/steady-read'
import type { StoredObject } from '../../store/store'
import type { ArtifactObject } from '../manifest/manifest'
import type { Repository } from '../repository'

/** An object that can be read; `etag`: of this very object, not of a later one under its key. */
export type ReadableObject = Pick<ArtifactObject, 'key' | 'bytes' | 'sha256' | 'etag'>

export interface ReadRequest<R> {
  /** What its bytes go through, decrypted where they are encrypted. */
  filter: Filter<R>
  /** Where the filter's output goes; by default nowhere. */
  into?: readonly (Duplex | Writable)[]
  /** The caller compares with `sha256` itself. By default other bytes fail before the stream ends. */
  mayDiffer?: boolean
  /** The filter gets the bytes as they are stored, and decrypts them itself. */
  asStored?: boolean
  signal: AbortSignal
  /** Called with the number of bytes read so far. */
  onProgress?: ((bytes: number) => void) | undefined
  /** Between two attempts to resume where a connection broke. */
  pauseMs?: number | undefined
}

/**
 * Reads an object to its end, reconnecting as needed, and returns the filter's result. Throws its `CheckError`,
 * `StoreError` (no answer, or another object by now), and the signal's reason.
 */
export async function readArtifact<R>(
  repository: Repository,
  object: ReadableObject,
  { filter, into = [nowhere()], mayDiffer = false, asStored = false, signal, onProgress, pauseMs }: ReadRequest<R>,
): Promise<R> {
  const { key, etag, bytes } = object
  const body = steadyRead(repository.store, { key, etag, sizeBytes: bytes }, { pauseMs, onProgress })
  const same = mayDiffer ? [] : digest(object).stages
  const opened = asStored ? [] : (decryption(repository, object)?.stages ?? [])
  try {
    await pipeline([body, ...same, ...opened, ...filter.stages, ...into], { signal })
  } catch (error) {
    // A pipeline that was aborted reports only that; the reason says why.
    signal.throwIfAborted()
    throw error
  }
  return filter.result()
}

/** Decrypts an object with the keys of this run; undefined when it is not encrypted. */
export function decryption(
  { identities = [] }: Repository,
  { key }: Pick<ArtifactObject, 'key'>,
): Filter<undefined> | undefined {
  return isEncryptedKey(key) ? open(identities) : undefined
}

/** Whether the object in the store is still the known one. */
export function isSameObject(
  stored: StoredObject | undefined,
  known: Pick<ArtifactObject, 'bytes' | 'etag'> | undefined,
): boolean {
  return stored !== undefined && stored.sizeBytes === known?.bytes && stored.etag === known.etag
}
