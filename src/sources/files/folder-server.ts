import type { Intake } from '../../server/intake'
import type { Job } from '../../server/job'
import type { Connection } from '../../ssh/remote'
import { type ArchiveRequest, openArchive } from './mirror/open-archive'
import { type FolderHostFacts, type FolderPreflightRequest, preflightFolders } from './plan/folder-preflight'
import { type FolderInventory, type FolderInventoryRequest, listFolders } from './plan/list-folders'
import { type CountRequest, countTrees, type TreeCount } from './restore/count-trees'
import {
  type FolderSwap,
  type RemoveStagingRequest,
  removeStaging,
  type SwapState,
  swapFolders,
  swapState,
  unswapFolders,
} from './restore/folder-jobs'
import { type GivenThere, giveAttributes } from './restore/give-attributes'
import { type ExtractRequest, openExtract } from './restore/open-extract'
import { type FolderTargetFacts, type FolderTargetRequest, folderTargetFacts } from './target/folder-target-facts'

/** The jobs for folders. Every method is one job of the script (`docs/protocol.md`), on its own channel. */
export interface FolderServer {
  /** Which folders are there. Reads only. */
  inventory(request: FolderInventoryRequest): Promise<FolderInventory>
  /** What a mirror would meet. Reads only. */
  preflight(request: FolderPreflightRequest): Promise<FolderHostFacts>
  /** Mirrors the folders, then streams the mirror as a tar archive, compressed. */
  openArchive(request: ArchiveRequest): Promise<Job>
  /** What is at the targets of folders. Reads only. */
  targetFacts(request: FolderTargetRequest): Promise<FolderTargetFacts>
  /** Unpacks a tar archive into a new folder: its entries are below `<staging>/tree`. */
  openExtract(request: ExtractRequest): Promise<Intake>
  /** Looks at the unpacked folders of a staging folder, in their order. */
  countTrees(request: CountRequest): Promise<TreeCount[]>
  /** Gives unpacked files what was sent along of access control lists and extended attributes. */
  giveAttributes(request: { staging: string }): Promise<GivenThere[]>
  /** Moves unpacked folders into their places by renames, all or none. */
  swap(swaps: readonly FolderSwap[]): Promise<void>
  /** The state of each of these swaps. Waits for a running swap. */
  swapState(swaps: readonly FolderSwap[]): Promise<SwapState[]>
  /** Rolls back swaps that were done completely or half. Returns the places that are as before. */
  unswap(swaps: readonly FolderSwap[]): Promise<string[]>
  /**
   * Removes the unpacked folders of this owner, and old folders that are empty. The swaps are one set: unless all of
   * them are done, they are rolled back first. Returns the places that were rolled back.
   */
  removeStaging(request: RemoveStagingRequest): Promise<string[]>
}

/** The folders at the other end of a connection. */
export function folderServerOver(connection: Connection): FolderServer {
  return {
    inventory: request => listFolders(connection, request),
    preflight: request => preflightFolders(connection, request),
    openArchive: request => openArchive(connection, request),
    targetFacts: request => folderTargetFacts(connection, request),
    openExtract: request => openExtract(connection, request),
    countTrees: request => countTrees(connection, request),
    giveAttributes: request => giveAttributes(connection, request),
    swap: swaps => swapFolders(connection, swaps),
    swapState: swaps => swapState(connection, swaps),
    unswap: swaps => unswapFolders(connection, swaps),
    removeStaging: request => removeStaging(connection, request),
  }
}
