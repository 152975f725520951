import { FailureError } from '../../runtime/errors'
import { type JobResult, runJob } from '../../server/job'
import { explainFailure, type JobKnowledge } from '../../server/job-errors'
import { parseSystem, type ServerSystem } from '../../server/missing-tool'
import type { Request } from '../../server/request'
import type { Connection } from '../../ssh/remote'

/** What every restore meets on a server. */
export interface TargetHost {
  isRoot: boolean
  /** The version line of each tool by name: `tar`, `gzip`, `zstd`, `client`, `dump-tool`. */
  tools: ReadonlyMap<string, string>
  system: ServerSystem
}

/** For messages. */
export const targetJobName = 'the check of the target'

/** The job `target-facts`. `request`: the databases or folders. Reads only. */
export function askTarget(
  connection: Connection,
  request: Request,
  { knowledge, signal }: { knowledge: JobKnowledge; signal: AbortSignal | undefined },
): Promise<JobResult> {
  return runJob(connection, 'target-facts', request, {
    explain: failure => explainFailure(targetJobName, failure, knowledge),
    signal,
  })
}

/** The fields of the tab-separated lines, and the facts of the host. Throws FailureError. */
export function readTarget(text: string): { rows: string[][]; host: TargetHost } {
  const rows = text
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split('\t'))
  const uid = rows.find(([word]) => word === 'uid')?.[1]
  if (uid === undefined) throw unreadableTarget('uid')
  const tools = rows.filter(([word]) => word === 'tool')
  return {
    rows,
    host: {
      isRoot: uid === '0',
      system: parseSystem(rows.find(([word]) => word === 'system')?.[1] ?? ''),
      tools: new Map(tools.map(([, name = '', ...version]) => [name, version.join('\t')])),
    },
  }
}

/** The answer has a line that no job prints. */
export function unreadableTarget(line: string): FailureError {
  return new FailureError('The server answered the check of the target with lines that make no sense.', {
    detail: [line.slice(0, 500)],
  })
}
