import { type JobResult, runJob } from '../../../server/job'
import type { Request } from '../../../server/request'
import type { ServerJob } from '../../../server/server-script'
import type { Connection } from '../../../ssh/remote'
import { explainFolderJob } from '../folder-errors'

/** One folder to move into its place. All paths absolute, on one disk. */
export interface FolderSwap {
  unpacked: string
  place: string
  /** Where the current content of the place is moved; must not exist. */
  kept: string
}

/** See `FolderServer.removeStaging`. */
export interface RemoveStagingRequest {
  staging: readonly string[]
  owner: string
  swaps: readonly FolderSwap[]
}

/** The job `swap`. */
export async function swapFolders(connection: Connection, swaps: readonly FolderSwap[]): Promise<void> {
  await run(connection, 'swap', swapLines(swaps), 'the swap of the folders')
}

/** The job `swap-state`. */
export async function swapState(connection: Connection, swaps: readonly FolderSwap[]): Promise<SwapState[]> {
  const { text } = await run(connection, 'swap-state', swapLines(swaps), 'the check of the swap')
  return swaps.map((_, index) => swapStateOf(text, index))
}

/** The job `unswap`. */
export async function unswapFolders(connection: Connection, swaps: readonly FolderSwap[]): Promise<string[]> {
  const { report } = await run(connection, 'unswap', swapLines(swaps), 'the rollback of the swap')
  return report.swapped
}

/** The job `remove-staging`. */
export async function removeStaging(
  connection: Connection,
  { staging, owner, swaps }: RemoveStagingRequest,
): Promise<string[]> {
  const request: Request = [...staging.map(path => ['staging', path] as const), ['owner', owner], ...swapLines(swaps)]
  const { report } = await run(connection, 'remove-staging', request, 'the clean-up')
  return report.swapped
}

function run(connection: Connection, job: ServerJob, request: Request, name: string): Promise<JobResult> {
  return runJob(connection, job, request, { explain: failure => explainFolderJob(name, failure) })
}

function swapLines(swaps: readonly FolderSwap[]): Request {
  return swaps.map(({ unpacked, place, kept }) => ['swap', `${unpacked}\t${place}\t${kept}`] as const)
}

/** `half`: the place is empty; `waiting`: not started; `unknown`: the server has no trace of it any more. */
export type SwapState = 'done' | 'half' | 'waiting' | 'unknown'

function swapStateOf(text: string, index: number): SwapState {
  const states: readonly SwapState[] = ['done', 'half', 'waiting']
  const lines = text.split('\n')
  return states.find(state => lines.includes(`swap\t${index}\t${state}`)) ?? 'unknown'
}
