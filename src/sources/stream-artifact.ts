import type { ContentDigest } from '../pipeline/content-check'
import type { Inspection } from '../pipeline/inspect'
import type { PreparedObject } from '../repository/artifact/objects'
import { type ArtifactToWrite, type WriteContext, writeArtifact } from '../repository/artifact/writer'
import type { Repository } from '../repository/repository'
import type { Clock } from '../runtime/runtime'
import type { Job } from '../server/job'
import type { JobReport } from '../server/job-report'

/** One artifact on its way from the server to the store. */
export interface ArtifactStream<R> extends Omit<ArtifactToWrite<R>, 'expectedBytes'> {
  /** For messages. */
  name: string
  /** Starts the job on the server. */
  open(signal: AbortSignal): Promise<OpenedStream<R>>
}

/** A job whose output is about to be stored. */
export interface OpenedStream<R> {
  job: Job
  /** When its size is known before its first byte. */
  expectedBytes: number | undefined
  /** What it is, when that was decided only now. */
  decided?: Pick<ArtifactToWrite<R>, 'key' | 'put' | 'check'>
}

/** An artifact that is stored and checked, and that no reader can see yet. */
export interface StreamedArtifact<R> extends PreparedObject {
  name: string
  content: R
  startedAt: Date
  finishedAt: Date
  report: JobReport
}

/** What streams share. */
export interface StreamContext extends Omit<WriteContext, 'onStart'> {
  repository: Repository
  clock: Clock
  onStart(name: string, inspection: Inspection<unknown>): void
  onFinish(name: string): void
}

/** Streams one artifact through its checks into an open upload. Throws the first error. */
export async function streamArtifact<R extends ContentDigest>(
  artifact: ArtifactStream<R>,
  context: StreamContext,
): Promise<StreamedArtifact<R>> {
  const { repository, clock, signal } = context
  const startedAt = clock.now()
  const { job, expectedBytes, decided } = await artifact.open(signal)
  try {
    const written = { ...artifact, ...decided, expectedBytes }
    const stored = await writeArtifact(repository, written, job.body, {
      ...context,
      onStart: inspection => context.onStart(artifact.name, inspection),
    })
    const report = await job.done
    context.onFinish(artifact.name)
    return { name: artifact.name, ...stored, startedAt, finishedAt: clock.now(), report }
  } catch (error) {
    job.close()
    throw error
  }
}
