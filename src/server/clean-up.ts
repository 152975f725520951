import type { Connection } from '../ssh/remote'
import { runJob } from './job'
import { explainFailure } from './job-errors'
import { lockFolder } from './lock'
import type { Request } from './request'

/** Identifies what a killed run left on the server. */
export interface CleanUpRequest {
  lock: string
  owner: string
  mirrorDir: string
}

/** The job `clean-up`. Returns the owners whose locks were removed. */
export async function cleanUp(connection: Connection, { lock, owner, mirrorDir }: CleanUpRequest): Promise<string[]> {
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
