import type { CompressionSettings } from '../../../pipeline/compression'
import { compressionLines } from '../../../pipeline/compression-lines'
import { type Job, startJob } from '../../../server/job'
import type { ReportLine } from '../../../server/job-report'
import type { Connection } from '../../../ssh/remote'
import { explainFolderJob } from '../folder-errors'

/** Which folders to mirror, and how the archive of the mirror travels. */
export interface ArchiveRequest {
  paths: readonly string[]
  exclude: readonly string[]
  mirrorDir: string
  bandwidthLimit?: string
  allowEmpty: boolean
  compression: CompressionSettings
  owner: string
  onReport: (line: ReportLine) => void
  /** Ends it. */
  signal: AbortSignal
}

/** The job `archive`: mirrors the folders, then streams the mirror. */
export function openArchive(connection: Connection, request: ArchiveRequest): Promise<Job> {
  return startJob(
    connection,
    'open-archive',
    [
      ...request.paths.map(path => ['path', path] as const),
      ...request.exclude.map(pattern => ['exclude', pattern] as const),
      ['mirror', request.mirrorDir],
      ['bandwidth', request.bandwidthLimit ?? ''],
      ['allow-empty', request.allowEmpty ? 'yes' : ''],
      ['owner', request.owner],
      ['wait-seconds', '20'],
      ...compressionLines(request.compression),
    ],
    {
      explain: failure => explainFolderJob('the copy of the files', failure),
      onReport: request.onReport,
      signal: request.signal,
    },
  )
}
