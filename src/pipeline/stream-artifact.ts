import { pipeline } from 'node:stream/promises'
import type { Clock } from '../runtime/runtime'
import type { Job } from '../server/job'
import type { JobReport } from '../server/job-report'
import { type MultipartWriter, openMultipartWriter } from '../store/multipart-writer'
import { planParts } from '../store/part-size'
import type { PutOptions, Store } from '../store/store'
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
  /** Starts the job on the server, which the signal ends; `expectedBytes` when its size can be told before its first byte. */
  open(signal: AbortSignal): Promise<{ job: Job; expectedBytes: number | undefined }>
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
  const startedAt = clock.now()
  const stall = new AbortController()
  const flowing = AbortSignal.any([signal, stall.signal])
  const { job, expectedBytes } = await artifact.open(flowing)
  try {
    const inspection = inspect({ compression: artifact.compression, check: artifact.check })
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
    // The job may have ended meanwhile: of a stream that is gone a pipeline says only that.
    if (job.body.errored !== null) throw job.body.errored
    context.onStart(artifact.name, inspection)
    const watch = watchForStall(
      () => inspection.progress().storedBytes,
      artifact.name,
      error => stall.abort(error),
    )
    try {
      await pipeline(job.body, inspection.stream, writer.writable)
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
    throw error
  }
}
