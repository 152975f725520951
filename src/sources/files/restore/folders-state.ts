import { z } from 'zod'
import type { FolderSwap } from './folder-jobs'

/** What the post step must know of a restore of folders. */
export interface FoldersState {
  /** Folders with unpacked files. */
  staging: string[]
  /** Set once the swap has begun. */
  swaps: FolderSwap[]
}

/** Throws when it is not a whole state. */
export function parseFoldersState(state: unknown): FoldersState {
  return schema.parse(state)
}

const schema = z.object({
  staging: z.array(z.string()),
  swaps: z.array(z.object({ unpacked: z.string(), place: z.string(), kept: z.string() })),
})

/** Of a restore that failed: see `RestoringPart.untouched`. `planned`: how many folders there were. */
export function untouchedInWords({ swaps }: FoldersState, planned: number): string[] {
  if (swaps.length > 0) {
    const places = swaps.map(({ place, kept }) => `${place} (the old one, if it was moved, is ${kept})`)
    return [
      `Folders are as they were, unless the connection broke in the very moment of their swap: ${places.join(', ')}.`,
    ]
  }
  return planned === 0 ? [] : ['Every folder that is in use is as it was.']
}
