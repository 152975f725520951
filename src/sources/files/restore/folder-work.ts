import { z } from 'zod'
import type { RestoreContext } from '../../restore-part'
import type { GivenAttributes } from '../attributes/given-lists'
import type { AttributeKind } from '../attributes/listed'
import { type FolderServer, folderServerOver } from '../folder-server'
import type { OwnerNumbers } from '../owners/target-owners'
import type { PlannedFolder } from '../target/planned-folder'
import type { FolderSwap } from './folder-jobs'
import type { Given } from './left-out'
import type { RereadFiles } from './reread-files'
import type { UnpackedArchive } from './unpack-archive'

/** What the steps of a restore of folders share. */
export interface FolderWork {
  context: RestoreContext
  /** Existing folders that are not empty may be replaced. */
  overwrite: boolean
  folders: readonly PlannedFolder[]
  /** The archive; undefined without folders. */
  files: RereadFiles | undefined
  /** Of the server. */
  tools: ReadonlyMap<string, string>
  /** The owners that root gives; undefined: all will be the SSH user's. */
  numbers: OwnerNumbers | undefined
  /** What root gives of what the archive lists; undefined: nothing. */
  attributes: GivenAttributes | undefined
  /** The SSH user. */
  user: string
  /** What is restored of the risky entries. */
  given: Given
  state: FoldersState
  /** What was unpacked while the archive was read for the first time. */
  along: FoldersAlong
}

/** Of one restore; empty where nothing was unpacked along. */
interface FoldersAlong {
  unpacked?: UnpackedAlong
}

/** Folders that are unpacked in one staging folder, and whether they are what a plan wants. */
export interface UnpackedAlong {
  folders: readonly PlannedFolder[]
  staging: string
  durationMs: number
  /** Why it failed; undefined: it did not. */
  failure?: unknown
  /** Undefined unless it is to the byte what would be sent now. */
  fitting(
    wanted: Pick<FolderWork, 'given' | 'numbers' | 'attributes'> & { files: RereadFiles },
  ): UnpackedArchive | undefined
}

/** What the post step must know about a restore of folders: updated and saved with each change. */
export interface FoldersState {
  /** Folders with unpacked files. */
  staging: string[]
  /** Set once the swap has begun. */
  swaps: FolderSwap[]
}

/** Throws when it is not a complete state. */
export function parseFoldersState(state: unknown): FoldersState {
  return schema.parse(state)
}

const schema = z.object({
  staging: z.array(z.string()),
  swaps: z.array(z.object({ unpacked: z.string(), place: z.string(), kept: z.string() })),
})

/** A folder that is unpacked and compared, and not in its place yet. */
export interface UnpackedFolder {
  folder: PlannedFolder
  /** Where it is. */
  unpacked: string
  /** What the archive lists and it lacks. */
  lacking: ReadonlySet<AttributeKind>
  /** What was counted, in words. */
  proof: string
  durationMs: number
}

/** Over the current connection. */
export function serverOf({ context }: Pick<FolderWork, 'context'>): FolderServer {
  return folderServerOver(context.connection())
}

/** After a failed restore: see `RestoringPart.untouched`. `planned`: the number of folders. */
export function untouchedInWords({ swaps }: FoldersState, planned: number): string[] {
  if (swaps.length > 0) {
    const places = swaps.map(({ place, kept }) => `${place} (the old one, if it was moved, is ${kept})`)
    return [`Folders are as they were, unless the connection broke during their swap: ${places.join(', ')}.`]
  }
  return planned === 0 ? [] : ['Every folder in use is as it was.']
}
