import { statfs } from 'node:fs/promises'
import { UserError } from '../../runtime/errors'
import { formatSize } from '../../runtime/text/format-size'

/** Throws `UserError` when the disk of `folder` has less free space than a drill will take. */
export async function requireDiskSpace(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  if (freeBytes >= neededBytes) return
  throw new UserError(
    `The drill will take about ${formatSize(neededBytes)} of the runner's disk, and ${folder} has ${formatSize(freeBytes)} left.`,
    {
      advice:
        'Make room before (GitHub\'s runners carry much that can be removed), take a larger runner or one of your own, or use "level: read", which needs no disk.',
    },
  )
}
