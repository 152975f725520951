import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { seal } from '../../pipeline/age/seal'
import { type Codec, isEncryptedKey } from '../../pipeline/codec'
import type { ContentCheck, ContentDigest } from '../../pipeline/content-check'
import { type Inspection, inspect } from '../../pipeline/inspect'
import { defined } from '../../runtime/defined'
import { type MultipartWriter, openMultipartWriter } from '../../store/multipart-writer'
import { planParts } from '../../store/part-size'
import type { PutOptions } from '../../store/store'
import type { Repository } from '../repository'
import type { PreparedObject } from './objects'

/** What is to be stored, and how it is checked in passing. */
export interface ArtifactToWrite<R> {
  key: string
  codecs: readonly Codec[]
  check: ContentCheck<R>
  put: PutOptions
  /** Undefined: its size is not known before its last byte. */
  expectedBytes: number | undefined
}

/** An upload that exists from now on: it has to be completed or aborted in every case. */
export interface BegunUpload extends Pick<MultipartWriter, 'uploadId' | 'abort'> {
  key: string
}

export interface WriteContext {
  signal: AbortSignal
  /** The memory that one stream may use for parts. */
  memoryBudgetBytes: number
  onUpload(upload: BegunUpload): void
  onStart(inspection: Inspection<unknown>): void
}

/**
 * Stores a stream, through the checks, in an upload that stays open, encrypted as this run encrypts. Throws the first
 * error: `CheckError`, `StoreError`, that of the body, or the signal's reason.
 */
export async function writeArtifact<R extends ContentDigest>(
  { store, encryption }: Repository,
  { key, codecs, check, put, expectedBytes }: ArtifactToWrite<R>,
  body: Readable,
  { signal, memoryBudgetBytes, onUpload, onStart }: WriteContext,
): Promise<PreparedObject & { content: R }> {
  if (isEncryptedKey(key) !== (encryption !== undefined))
    throw new TypeError(`"${key}" is not the key of what this is.`)
  const inspection = inspect(codecs, check, defined({ seal: encryption && (await seal(encryption.recipients)) }))
  const plan = planParts({ expectedBytes, maxParts: store.maxParts, memoryBudgetBytes })
  const writer = await openMultipartWriter(store, key, { ...plan, put, signal })
  onUpload({ key, uploadId: writer.uploadId, abort: () => writer.abort() })
  // The body may have failed in the meantime: a pipeline would report only that it is closed.
  if (body.errored !== null) throw body.errored
  onStart(inspection)
  try {
    await pipeline([body, ...inspection.stages, writer.writable], { signal })
  } catch (error) {
    // A pipeline that was aborted reports only that; the reason says why.
    throw signal.aborted ? signal.reason : error
  }
  return { key, ...inspection.result(), upload: { id: writer.uploadId, partETags: writer.parts() } }
}
