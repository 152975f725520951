import { type Finding, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { type CompressionSettings, compressionLines } from '../../../pipeline/compression'
import { type Job, startJob } from '../../../server/job'
import type { JobReport, ReportLine } from '../../../server/job-report'
import type { Connection } from '../../../ssh/remote'
import { explainFolderJob } from '../folder-errors'
import { withUser } from '../unreadable'

/** Which folders to mirror, and the compression of the archive. */
export interface ArchiveRequest {
  paths: readonly string[]
  exclude: readonly string[]
  mirrorDir: string
  bandwidthLimit?: string
  /** As `comparisonWord` says. */
  compare: string
  /** Which prefix asks for the folders. */
  lock: string
  allowEmpty: boolean
  /** Who logs in, for messages. */
  user: string
  compression: CompressionSettings
  /** What it may build on; undefined: it has all. */
  level?: LevelRequest
  owner: string
  onReport: (line: ReportLine) => void
  signal: AbortSignal
}

/** Digests of snapshots that the server has. */
export interface LevelRequest {
  /** To build on the first one that is of any use. */
  standOn: readonly string[]
  /** Whether later archives are to build on this one: always, or when it builds on none. */
  base: 'always' | 'if-whole' | 'never'
  /** What later runs may need. All others of this prefix are removed. */
  keep: readonly string[]
}

const baseWords = { always: 'yes', 'if-whole': 'whole', never: '' } as const

/** The job `archive`: mirrors the folders, then streams the mirror. */
export function openArchive(connection: Connection, request: ArchiveRequest): Promise<Job> {
  return startJob(
    connection,
    'open-archive',
    [
      ...request.paths.map(path => ['path', path] as const),
      ...request.exclude.map(pattern => ['exclude', pattern] as const),
      ['mirror', request.mirrorDir],
      ['compare', request.compare],
      ['lock', request.lock],
      ['bandwidth', request.bandwidthLimit ?? ''],
      ['allow-empty', request.allowEmpty ? 'yes' : ''],
      ...levelLines(request.level),
      ['owner', request.owner],
      ['wait-seconds', '20'],
      ...compressionLines(request.compression),
    ],
    {
      explain: failure => withUser(explainFolderJob('the copy of the files', failure), request.user),
      onReport: request.onReport,
      signal: request.signal,
    },
  )
}

function levelLines(level: LevelRequest | undefined): (readonly [string, string])[] {
  if (level === undefined) return []
  return [
    ...level.standOn.map(digest => ['stand-on', digest] as const),
    ...level.keep.map(digest => ['keep', digest] as const),
    ['base', baseWords[level.base]],
  ]
}

/** `onMirrored`: when rsync has read the last of the live files. */
interface MirroredRequest extends ArchiveRequest {
  onMirrored(): void
}

/**
 * Starts the job and waits for the complete mirror: only then the size of the archive is known, which sizes the parts.
 */
export async function openMirrored(
  connection: Connection,
  { onMirrored, onReport, ...request }: MirroredRequest,
): Promise<{ job: Job; expectedBytes: number | undefined }> {
  let expectedBytes: number | undefined
  const mirrored = Promise.withResolvers<void>()
  const job = await openArchive(connection, {
    ...request,
    onReport: line => {
      onReport(line)
      const { word, value } = line
      if (word === 'size' && value !== '') expectedBytes = Number.parseInt(value, 10)
      if (word !== 'phase' || value !== 'tar') return
      onMirrored()
      mirrored.resolve()
    },
  })
  await Promise.race([mirrored.promise, job.done])
  return { job, expectedBytes }
}

/** What rsync and tar skipped, as is normal on a live site. Exit values: rsync(1), GNU tar. */
export function vanishedOrChanged({ messages, statuses }: JobReport): Finding[] {
  const said = listed(messages, 5)
  if (statuses.get('rsync') === 24) {
    const what = 'Files vanished or became shorter while rsync read them, twice in a row, as happens on a live site'
    return [warning('files-vanished', `${what}: ${said}`)]
  }
  if (statuses.get('tar') === 1) return [warning('files-changed', `Files changed while tar read them: ${said}`)]
  return []
}
