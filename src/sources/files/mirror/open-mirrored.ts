import type { Job } from '../../../server/job'
import type { Connection } from '../../../ssh/remote'
import { type ArchiveRequest, openArchive } from './open-archive'

/** `onMirrored`: when rsync has read the last of the live files. */
export interface MirroredRequest extends Omit<ArchiveRequest, 'onReport'> {
  onMirrored(): void
}

/**
 * Starts the job and waits until the mirror is complete: it says how large the archive will be, and parts of an upload
 * are cut by that.
 */
export async function openMirrored(
  connection: Connection,
  { onMirrored, ...request }: MirroredRequest,
): Promise<{ job: Job; expectedBytes: number | undefined }> {
  let expectedBytes: number | undefined
  const mirrored = Promise.withResolvers<void>()
  const job = await openArchive(connection, {
    ...request,
    onReport: ({ word, value }) => {
      if (word === 'size' && value !== '') expectedBytes = Number.parseInt(value, 10)
      if (word !== 'phase' || value !== 'tar') return
      onMirrored()
      mirrored.resolve()
    },
  })
  await Promise.race([mirrored.promise, job.done])
  return { job, expectedBytes }
}
