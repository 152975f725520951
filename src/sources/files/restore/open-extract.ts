import type { Compression } from '../../../pipeline/compression'
import { compressionLines } from '../../../pipeline/compression-lines'
import { type Intake, intake } from '../../../server/intake'
import { startJob } from '../../../server/job'
import type { Connection } from '../../../ssh/remote'
import { explainFolderJob } from '../folder-errors'

/** Where an archive is unpacked, and how it travels. */
export interface ExtractRequest {
  /** Absolute, not there yet; the folder above it is. */
  staging: string
  /** Written into it, so that only its owner removes it. */
  owner: string
  /** Which of the archive's folders, absolute. */
  paths: readonly string[]
  /** Of what is sent. */
  compression: Compression
  /** Ends it. */
  signal: AbortSignal
}

/** The job `extract`: takes an archive into a fresh folder. */
export function openExtract(
  connection: Connection,
  { staging, owner, paths, compression, signal }: ExtractRequest,
): Promise<Intake> {
  return intake(
    startJob(
      connection,
      'open-extract',
      [
        ['staging', staging],
        ['owner', owner],
        ...paths.map(path => ['path', path] as const),
        ...compressionLines({ kind: compression }),
      ],
      {
        takesData: true,
        explain: failure => explainFolderJob('the unpacking of the files', failure),
        signal,
      },
    ),
  )
}
