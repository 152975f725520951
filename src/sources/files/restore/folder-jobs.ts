import { runJob } from '../../../server/job'
import type { Request } from '../../../server/request'
import type { Connection } from '../../../ssh/remote'
import { explainFolderJob } from '../folder-errors'
import { parseTrees, type TreeCount } from './parse-trees'

/** One folder that changes its place. All absolute, on one disk. */
export interface FolderSwap {
  unpacked: string
  place: string
  /** Where to what stands at the place is put; must not be there. */
  kept: string
}

/** What of a restore's folders is to be removed; see `FolderServer.removeStaging`. */
export interface RemoveStagingRequest {
  staging: readonly string[]
  owner: string
  swaps: readonly FolderSwap[]
}

/** The job `count-trees`. */
export async function countTrees(connection: Connection, folders: readonly string[]): Promise<TreeCount[]> {
  const { text } = await runJob(
    connection,
    'count-trees',
    folders.map(path => ['path', path] as const),
    {
      explain: failure => explainFolderJob('the count of what was unpacked', failure),
    },
  )
  return parseTrees(text, folders.length)
}

/** The job `swap`. */
export async function swapFolders(connection: Connection, swaps: readonly FolderSwap[]): Promise<void> {
  await runJob(connection, 'swap', swapLines(swaps), {
    explain: failure => explainFolderJob('the swap of the folders', failure),
  })
}

/** What became of each of these swaps. Waits for a swap that is still going on. */
export async function swapState(connection: Connection, swaps: readonly FolderSwap[]): Promise<SwapState[]> {
  const { text } = await runJob(connection, 'swap-state', swapLines(swaps), {
    explain: failure => explainFolderJob('the check of the swap', failure),
  })
  return swaps.map((_, index) => swapStateOf(text, index))
}

/** The job `unswap`. */
export async function unswapFolders(connection: Connection, swaps: readonly FolderSwap[]): Promise<string[]> {
  const { report } = await runJob(connection, 'unswap', swapLines(swaps), {
    explain: failure => explainFolderJob('the rollback of the swap', failure),
  })
  return report.swapped
}

/** The job `remove-staging`. */
export async function removeStaging(
  connection: Connection,
  { staging, owner, swaps }: RemoveStagingRequest,
): Promise<string[]> {
  const request: Request = [...staging.map(path => ['staging', path] as const), ['owner', owner], ...swapLines(swaps)]
  const { report } = await runJob(connection, 'remove-staging', request, {
    explain: failure => explainFolderJob('the clean-up', failure),
  })
  return report.swapped
}

function swapLines(swaps: readonly FolderSwap[]): Request {
  return swaps.map(({ unpacked, place, kept }) => ['swap', `${unpacked}\t${place}\t${kept}`] as const)
}

/** `half`: the place is empty; `waiting`: not begun; `unknown`: nothing on the server shows it any more. */
export type SwapState = 'done' | 'half' | 'waiting' | 'unknown'

function swapStateOf(text: string, index: number): SwapState {
  const states: readonly SwapState[] = ['done', 'half', 'waiting']
  const lines = text.split('\n')
  return states.find(state => lines.includes(`swap\t${index}\t${state}`)) ?? 'unknown'
}
