import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CheckError } from '../../../pipeline/check-error'
import type { Compression } from '../../../pipeline/compression'
import { inspect } from '../../../pipeline/inspect'
import { verifiedContent } from '../../../pipeline/verified-content'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { sendToJob } from '../../../server/send-to-job'
import { steadyRead } from '../../../store/steady-read'
import type { Store } from '../../../store/store'
import type { RestoreServer } from '../../host/restore-server'
import { untrustedArchive } from './reread-files'

export interface UnpackRequest {
  artifact: FilesArtifact
  /** Of the object that was read and checked before. */
  etag: string
  /** Folders of the archive. */
  paths: readonly string[]
  /** A folder that is not there yet; the files come to lie below `<staging>/tree`. */
  staging: string
  owner: string
}

export interface UnpackContext {
  store: Store
  server: Pick<RestoreServer, 'openExtract'>
  /** Compressions that the server can undo by itself. */
  decompressors: ReadonlySet<Compression>
  signal: AbortSignal
  /** Told how many bytes of the object have been read. */
  onProgress?: (bytes: number) => void
}

/**
 * Unpacks folders of an archive into a fresh folder on the server, every entry checked on its way. Throws the first thing that went wrong;
 * what was unpacked so far is of no use then, and is the caller's to remove.
 */
export async function unpackArchive(request: UnpackRequest, context: UnpackContext): Promise<void> {
  const { artifact, etag, paths, staging, owner } = request
  const { store, server, decompressors, signal } = context
  const isForwarded = decompressors.has(artifact.compression)
  const intake = await server.openExtract({
    staging,
    owner,
    paths,
    compression: isForwarded ? artifact.compression : 'none',
    signal,
  })
  const stored = () => steadyRead(store, { key: artifact.key, etag, sizeBytes: artifact.bytes })
  const inspection = inspect({ compression: artifact.compression, check: untrustedArchive(artifact) })
  const timer = setInterval(() => context.onProgress?.(inspection.progress().storedBytes), 1_000).unref()
  try {
    await sendToJob(intake, async (input: Writable) => {
      const stages = isForwarded ? [] : verifiedContent(artifact.compression, artifact)
      await pipeline([stored(), inspection.stream, ...stages, input])
    })
  } finally {
    clearInterval(timer)
  }
  if (inspection.result().sha256 !== artifact.sha256) {
    throw new CheckError(`"${artifact.key}" changed between its check and its unpacking.`)
  }
}
