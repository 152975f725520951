import { UserError } from '../runtime/errors'

export interface PartPlan {
  partSizeBytes: number
  /** Parts in flight at once; the writer holds one more, which is being filled. */
  concurrency: number
}

const MiB = 2 ** 20
const smallestPartBytes = 8 * MiB
/** S3's own limit for one part. */
const largestPartBytes = 5 * 1024 * MiB
/** What is planned for when nothing is known: most sites are far below. */
const unknownBytes = 64 * 1024 * MiB

/**
 * How to cut an upload into equal parts: whole MiB, at least 8, so large that twice the expected size still fits into `maxParts`.
 * Two to four parts are in flight as the memory budget allows, one where it allows no more. A size that is not known is taken
 * for 64 GiB, less where such parts would not fit the budget.
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
      `An artifact of ${expectedBytes} bytes is expected, more than ${maxParts} parts of 5 GiB can hold twice.`,
      {
        advice: 'Divide the paths or databases among several backups, each with a prefix of its own.',
      },
    )
  }
  const affordable = Math.floor(memoryBudgetBytes / partSizeBytes) - 1
  return { partSizeBytes, concurrency: Math.min(4, Math.max(1, affordable)) }
}
