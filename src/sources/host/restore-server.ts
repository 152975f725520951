import type { Intake } from '../../server/intake'
import type { Connection } from '../../ssh/remote'
import {
  countTrees,
  type FolderSwap,
  type RemoveStagingRequest,
  removeStaging,
  type SwapState,
  swapFolders,
  swapState,
  unswapFolders,
} from '../files/restore/folder-jobs'
import { type ExtractRequest, openExtract } from '../files/restore/open-extract'
import type { TreeCount } from '../files/restore/parse-trees'
import { runSql, type SqlRequest } from '../mysql/client/run-sql'
import { type ImportRequest, openImport } from '../mysql/restore/open-import'
import type { TargetFacts } from './parse-target'
import { type TargetRequest, targetFacts } from './target-facts'

/**
 * The jobs that a restore runs on the server. Every method is one job of the script, of the same name (`docs/protocol.md`), on a
 * channel of its own.
 */
export interface RestoreServer {
  /** What stands where things are to go, and what the database server can take. Reads only. */
  targetFacts(request: TargetRequest): Promise<TargetFacts>
  /** Runs SQL of ours as a script and returns what it printed, without headings. Throws as the client's error says. */
  runSql(request: SqlRequest): Promise<string>
  /** Takes SQL, compressed, into a database. The first statement that fails ends it. */
  openImport(request: ImportRequest): Promise<Intake>
  /** Takes a tar archive, compressed, into a fresh folder: its entries lie below `<staging>/tree`. */
  openExtract(request: ExtractRequest): Promise<Intake>
  /** What is in these folders, in their order. */
  countTrees(folders: readonly string[]): Promise<TreeCount[]>
  /** Puts unpacked folders into their places by renames, all or none. */
  swap(swaps: readonly FolderSwap[]): Promise<void>
  /** What became of each of these swaps. Waits for a swap that is still going on. */
  swapState(swaps: readonly FolderSwap[]): Promise<SwapState[]>
  /** Undoes those of the swaps that were done, wholly or half. Returns their places, which have again what stood there before. */
  unswap(swaps: readonly FolderSwap[]): Promise<string[]>
  /**
   * Removes the unpacked folders of this owner, and what was put aside and is an empty folder. The swaps are one set: unless all of them are
   * done, what was done of them is undone first. Returns the places that were undone so.
   */
  removeStaging(request: RemoveStagingRequest): Promise<string[]>
}

/** The server at the other end of a connection. */
export function restoreServerOver(connection: Connection): RestoreServer {
  return {
    targetFacts: request => targetFacts(connection, request),
    runSql: request => runSql(connection, request),
    openImport: request => openImport(connection, request),
    openExtract: request => openExtract(connection, request),
    countTrees: folders => countTrees(connection, folders),
    swap: swaps => swapFolders(connection, swaps),
    swapState: swaps => swapState(connection, swaps),
    unswap: swaps => unswapFolders(connection, swaps),
    removeStaging: request => removeStaging(connection, request),
  }
}
