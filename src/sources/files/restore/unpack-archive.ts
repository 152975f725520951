import { type Codec, codecsOf, decode } from '../../../pipeline/codec'
import { checkContent } from '../../../pipeline/content-check'
import { aside, compose } from '../../../pipeline/filter'
import { readArtifact } from '../../../repository/artifact/reader'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import type { Repository } from '../../../repository/repository'
import { sendToJob } from '../../../server/send-to-job'
import type { FolderServer } from '../folder-server'
import { untrustedArchive } from './reread-files'

export interface UnpackRequest {
  /** It was read and checked before. */
  artifact: FilesArtifact
  /** Folders of the archive. */
  paths: readonly string[]
  /** A folder that is not there yet; the files come to lie below `<staging>/tree`. */
  staging: string
  owner: string
}

export interface UnpackContext {
  repository: Repository
  server: Pick<FolderServer, 'openExtract'>
  /** Whether the server can undo it by itself. */
  canDecode: (codec: Codec) => boolean
  signal: AbortSignal
  /** Told how many bytes of the object have been read. */
  onProgress?: (bytes: number) => void
}

/**
 * Unpacks folders of an archive into a fresh folder on the server, every entry checked on its way. Throws the first
 * thing that went wrong; what was unpacked so far is of no use then, and is the caller's to remove.
 */
export async function unpackArchive(request: UnpackRequest, context: UnpackContext): Promise<void> {
  const { artifact, paths, staging, owner } = request
  const { repository, server, canDecode, signal, onProgress } = context
  const codecs = codecsOf(artifact)
  const isForwarded = codecs.every(canDecode)
  const intake = await server.openExtract({
    staging,
    owner,
    paths,
    compression: isForwarded ? artifact.compression : 'none',
    signal,
  })
  const checked = compose(decode(codecs), checkContent(untrustedArchive(artifact)))
  await sendToJob(intake, input =>
    readArtifact(repository, artifact, {
      filter: isForwarded ? aside(checked) : checked,
      into: [input],
      signal,
      onProgress,
    }),
  )
}
