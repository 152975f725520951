import { pipeline } from 'node:stream/promises'
import type { Clock } from '../runtime/runtime'
import type { Job } from '../server/job'
import type { JobReport } from '../server/job-report'
import { type MultipartWriter, openMultipartWriter } from '../store/multipart-writer'
import { planParts } from '../store/part-size'
import type { PutOptions, Store } from '../store/store'
import { codecsOf } from './codec'
import type { Compression } from './compression'
import type { ContentCheck, ContentDigest } from './content-check'
import { type Inspection, inspect } from './inspect'
import { watchForStall } from './stall-watch'

/** One artifact on its way from the server to the store. */
export interface ArtifactStream<R> {
  name: string
  key: string
  compression: Compression
  check: ContentCheck<R>
  put: PutOptions
  /** Starts the job on the server; `expectedBytes` when its size can be told before its first byte. */
  open(): Promise<{ job: Job; expectedBytes: number | undefined }>
}

/** An artifact whose every part is stored, whose checks have passed, and which no reader can see yet. */
export interface PreparedArtifact<R> {
  name: string
  key: string
  bytes: number
  sha256: string
  content: R
  upload: { id: string; partETags: string[] }
  startedAt: Date
  finishedAt: Date
  report: JobReport
}

/** What streams share. */
export interface StreamContext {
  store: Store
  clock: Clock
  signal: AbortSignal
  /** The memory one stream may hold in parts. */
  memoryBudgetBytes: number
  /** Told of each upload as soon as it exists, so that it can be aborted whatever happens. */
  onUpload(writer: MultipartWriter, key: string): void
  onStart<R>(name: string, inspection: Inspection<R>): void
  onFinish(name: string): void
}

/** Streams one artifact through the checks into an upload that is not completed. Throws the first thing that went wrong. */
export async function streamArtifact<R extends ContentDigest>(
  artifact: ArtifactStream<R>,
  context: StreamContext,
): Promise<PreparedArtifact<R>> {
  const { store, clock, signal } = context
  signal.throwIfAborted()
  const startedAt = clock.now()
  const { job, expectedBytes } = await artifact.open()
  const stop = () => job.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    const inspection = inspect(codecsOf(artifact), artifact.check)
    const stall = new AbortController()
    const flowing = AbortSignal.any([signal, stall.signal])
    const plan = planParts({
      expectedBytes,
      maxParts: store.maxParts,
      memoryBudgetBytes: context.memoryBudgetBytes,
    })
    const writer = await openMultipartWriter(store, artifact.key, {
      ...plan,
      put: artifact.put,
      signal: flowing,
    })
    context.onUpload(writer, artifact.key)
    context.onStart(artifact.name, inspection)
    const watch = watchForStall(
      () => inspection.progress().storedBytes,
      artifact.name,
      error => stall.abort(error),
    )
    try {
      await pipeline([job.body, ...inspection.stages, writer.writable], { signal: flowing })
    } catch (error) {
      // A pipeline that was told to stop says only that; the reason is what the person needs.
      throw flowing.aborted ? flowing.reason : error
    } finally {
      clearInterval(watch)
    }
    const report = await job.done
    context.onFinish(artifact.name)
    return {
      name: artifact.name,
      key: artifact.key,
      ...inspection.result(),
      upload: { id: writer.uploadId, partETags: writer.parts() },
      startedAt,
      finishedAt: clock.now(),
      report,
    }
  } catch (error) {
    job.close()
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
