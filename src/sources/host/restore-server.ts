import type { Intake } from '../../server/intake'
import type { Connection } from '../../ssh/remote'
import {
  areSwapped,
  countTrees,
  type FolderSwap,
  swapFolders,
  type TidyRequest,
  tidyUp,
  unswapFolders,
} from '../files/restore/folder-jobs'
import { type ExtractRequest, openExtract } from '../files/restore/open-extract'
import type { TreeCount } from '../files/restore/parse-trees'
import { runSql, type SqlRequest } from '../mysql/client/run-sql'
import { type ImportRequest, openImport } from '../mysql/restore/open-import'
import { lookAtTarget, type TargetRequest } from './look-at-target'
import type { TargetFacts } from './parse-target'

/** The server, as far as a restore has business with it. Every method is one job of `server.sh` on a channel of its own. */
export interface RestoreServer {
  /** What stands where things are to go, and what the database server can take. Reads only. */
  lookAtTarget(request: TargetRequest): Promise<TargetFacts>
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
  /** Whether each of these swaps is done. Waits for a swap that is still going on. */
  areSwapped(swaps: readonly FolderSwap[]): Promise<boolean[]>
  /** Undoes those of the swaps that were done, wholly or half. Returns their places, which have again what stood there before. */
  unswap(swaps: readonly FolderSwap[]): Promise<string[]>
  /**
   * Removes the unpacked folders of this owner, and what was put aside and is an empty folder. The swaps are one set: unless all of them are
   * done, what was done of them is undone first. Returns the places that were undone so.
   */
  tidyUp(request: TidyRequest): Promise<string[]>
}

/** The server at the other end of a connection. */
export function restoreServerOver(connection: Connection): RestoreServer {
  return {
    lookAtTarget: request => lookAtTarget(connection, request),
    runSql: request => runSql(connection, request),
    openImport: request => openImport(connection, request),
    openExtract: request => openExtract(connection, request),
    countTrees: folders => countTrees(connection, folders),
    swap: swaps => swapFolders(connection, swaps),
    areSwapped: swaps => areSwapped(connection, swaps),
    unswap: swaps => unswapFolders(connection, swaps),
    tidyUp: request => tidyUp(connection, request),
  }
}
