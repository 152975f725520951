import { UserError } from '../runtime/errors'

export interface PartPlan {
  partSizeBytes: number
  /** The maximum number of parts in flight; one more is being filled. */
  concurrency: number
}

const MiB = 2 ** 20
const smallestPartBytes = 8 * MiB
/** S3's own limit for one part. */
const largestPartBytes = 5 * 1024 * MiB
/** The assumed size when nothing is known: most sites are far below. */
const unknownBytes = 64 * 1024 * MiB

/**
 * Plans the equal parts of an upload: whole MiB, at least 8, large enough that twice the expected size fits into
 * `maxParts`. One to four parts are in flight, as the memory budget allows. An unknown size is assumed to be 64 GiB, or
 * less if such parts would not fit the budget. Throws `UserError` when parts of 5 GiB are not enough.
 */
export function planParts(facts: {
  expectedBytes: number | undefined
  maxParts: number
  memoryBudgetBytes: number
}): PartPlan {
  const { expectedBytes, maxParts, memoryBudgetBytes } = facts
  const neededBytes = Math.ceil((2 * (expectedBytes ?? unknownBytes)) / maxParts / MiB) * MiB
  // With two parts in flight and one filling.
  const affordableBytes = Math.floor(memoryBudgetBytes / 3 / MiB) * MiB
  const wantedBytes = expectedBytes === undefined ? Math.min(neededBytes, affordableBytes) : neededBytes
  const partSizeBytes = Math.max(smallestPartBytes, wantedBytes)
  if (partSizeBytes > largestPartBytes) {
    throw new UserError(
      `An artifact of about ${expectedBytes} bytes is too large: twice this size does not fit into ${maxParts} parts of 5 GiB.`,
      {
        advice: 'Split the paths or databases into several backups, each with its own prefix.',
      },
    )
  }
  const affordable = Math.floor(memoryBudgetBytes / partSizeBytes) - 1
  return { partSizeBytes, concurrency: Math.min(4, Math.max(1, affordable)) }
}
