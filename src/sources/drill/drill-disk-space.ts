import { statfs } from 'node:fs/promises'
import { UserError } from '../../runtime/errors'
import { formatSize } from '../../runtime/text/format-size'

/** Throws `UserError` when the disk of `folder` has less free space than a drill needs. */
export async function requireDiskSpace(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  if (freeBytes >= neededBytes) return
  throw new UserError(
    `The drill needs about ${formatSize(neededBytes)} of the runner's disk, and ${folder} has ${formatSize(freeBytes)} free.`,
    {
      advice:
        'Free disk space before (GitHub\'s runners have much that can be removed), use a larger or a self-hosted runner, or set "level: read", which needs no disk.',
    },
  )
}
