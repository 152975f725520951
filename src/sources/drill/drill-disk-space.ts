import { statfs } from 'node:fs/promises'
import { UserError } from '../../../runtime/errors'
import { formatSize } from '../../../runtime/text/format-size'

export interface RoomRequest {
  /** Uncompressed. */
  dumpBytes: number
  /** Unpacked. */
  fileBytes: number
}

/** A server takes this much before anything is in it: its logs, its own tables. */
const emptyServerBytes = 400e6
/** What rows take in tables with their indexes, against what they take in a dump; by rule of thumb. */
const tableFactor = 2

/** How much a drill will take of the runner's disk, about. */
export function neededSpace({ dumpBytes, fileBytes }: RoomRequest): number {
  return fileBytes + (dumpBytes === 0 ? 0 : emptyServerBytes + dumpBytes * tableFactor)
}

/** Throws `UserError` when the disk of `folder` has less room than a drill will take. */
export async function requireDiskSpace(folder: string, request: RoomRequest): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  const neededBytes = neededSpace(request)
  if (freeBytes >= neededBytes) return
  throw new UserError(
    `The drill will take about ${formatSize(neededBytes)} of the runner's disk, and ${folder} has ${formatSize(freeBytes)} left.`,
    {
      advice:
        'Make room before (GitHub\'s runners carry much that can be removed), take a larger runner or one of your own, or use "level: read", which needs no disk.',
    },
  )
}
