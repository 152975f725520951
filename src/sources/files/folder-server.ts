import type { Intake } from '../../server/intake'
import type { Job } from '../../server/job'
import type { Connection } from '../../ssh/remote'
import { type ArchiveRequest, openArchive } from './mirror/open-archive'
import { type FolderHostFacts, type FolderPreflightRequest, preflightFolders } from './plan/folder-preflight'
import { type FolderInventory, type FolderInventoryRequest, listFolders } from './plan/list-folders'
import {
  countTrees,
  type FolderSwap,
  type RemoveStagingRequest,
  removeStaging,
  type SwapState,
  swapFolders,
  swapState,
  unswapFolders,
} from './restore/folder-jobs'
import { type ExtractRequest, openExtract } from './restore/open-extract'
import type { TreeCount } from './restore/parse-trees'
import { type FolderTargetFacts, type FolderTargetRequest, folderTargetFacts } from './target/folder-target-facts'

/**
 * The jobs for folders. Every method is one job of the script, of the same name (`docs/protocol.md`), on a channel of
 * its own.
 */
export interface FolderServer {
  /** Which folders are there. Reads only. */
  inventory(request: FolderInventoryRequest): Promise<FolderInventory>
  /** What a mirror would meet. Reads only. */
  preflight(request: FolderPreflightRequest): Promise<FolderHostFacts>
  /** Mirrors the folders, then streams the mirror as a tar archive, compressed. */
  openArchive(request: ArchiveRequest): Promise<Job>
  /** What stands where folders are to go. Reads only. */
  targetFacts(request: FolderTargetRequest): Promise<FolderTargetFacts>
  /** Takes a tar archive, compressed, into a fresh folder: its entries lie below `<staging>/tree`. */
  openExtract(request: ExtractRequest): Promise<Intake>
  /** What is in these folders, in their order. */
  countTrees(folders: readonly string[]): Promise<TreeCount[]>
  /** Puts unpacked folders into their places by renames, all or none. */
  swap(swaps: readonly FolderSwap[]): Promise<void>
  /** What became of each of these swaps. Waits for a swap that is still going on. */
  swapState(swaps: readonly FolderSwap[]): Promise<SwapState[]>
  /**
   * Undoes those of the swaps that were done, wholly or half. Returns their places, which have again what stood there
   * before.
   */
  unswap(swaps: readonly FolderSwap[]): Promise<string[]>
  /**
   * Removes the unpacked folders of this owner, and what was put aside and is an empty folder. The swaps are one set:
   * unless all of them are done, what was done of them is undone first. Returns the places that were undone so.
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
    countTrees: folders => countTrees(connection, folders),
    swap: swaps => swapFolders(connection, swaps),
    swapState: swaps => swapState(connection, swaps),
    unswap: swaps => unswapFolders(connection, swaps),
    removeStaging: request => removeStaging(connection, request),
  }
}
