import { type Compression, compressionLines } from '../../../pipeline/compression'
import { type Intake, intake } from '../../../server/intake'
import { type JobFailure, startJob } from '../../../server/job'
import type { Request } from '../../../server/request'
import type { Connection } from '../../../ssh/remote'
import { explainFolderJob } from '../folder-errors'

/** Where to unpack an archive, and its compression. */
export interface ExtractRequest {
  /** Absolute, must not exist; its parent folder must. */
  staging: string
  /** Written into it, so that only its owner removes it. */
  owner: string
  /** Of the sent stream. */
  compression: Compression
  signal: AbortSignal
}

/** The job `extract`: unpacks an archive into a new folder. */
export function openExtract(
  connection: Connection,
  { staging, owner, compression, signal }: ExtractRequest,
): Promise<Intake> {
  const lines: Request = [['staging', staging], ['owner', owner], ...compressionLines({ kind: compression })]
  const explain = (failure: JobFailure) => explainFolderJob('the unpacking of the files', failure)
  return intake(startJob(connection, 'open-extract', lines, { takesData: true, explain, signal }))
}
