import type { Connection } from '../ssh/remote'
import { runJob } from './job'
import { explainFailure } from './job-errors'
import { lockFolder } from './lock'
import type { Request } from './request'

/** What a killed run left, by its owner. */
export interface CleanUpRequest {
  lock: string
  owner: string
  mirrorDir: string
}

/** The job `cleanup`. Returns the owners whose locks were taken away. */
export async function cleanUp(
  connection: Connection,
  { lock, owner, mirrorDir }: CleanUpRequest,
): Promise<string[]> {
  const request: Request = [
    ['lock', lockFolder(lock)],
    ['owner', owner],
    ['mirror', mirrorDir],
  ]
  const { report } = await runJob(connection, 'clean-up', request, {
    explain: failure => explainFailure('the clean-up', failure),
  })
  return report.recovered
}
