import { codecsOf, decode } from '../../../pipeline/codec'
import { checkContent } from '../../../pipeline/content-check'
import { aside, compose } from '../../../pipeline/filter'
import { withProgress } from '../../../pipeline/transfer-progress'
import { readArtifact } from '../../../repository/artifact/reader'
import type { Repository } from '../../../repository/repository'
import type { Runtime } from '../../../runtime/runtime'
import { sendToJob } from '../../../server/send-to-job'
import type { FolderServer } from '../folder-server'
import { compareTrees, type TreeCount } from './count-trees'
import { type RereadFiles, untrustedArchive } from './reread-files'

interface UnpackRequest {
  /** Read and checked before. */
  files: RereadFiles
  /** Folders of the archive. */
  paths: readonly string[]
  /** A folder that does not exist yet; see `treeOf`. */
  staging: string
  owner: string
}

interface UnpackContext {
  runtime: Runtime
  repository: Repository
  server: Pick<FolderServer, 'openExtract'>
  /** Of the server: what it can decompress is sent compressed. */
  tools: ReadonlyMap<string, string>
  signal: AbortSignal
}

/**
 * Unpacks folders of an archive into a new folder on the server, with a check of every entry. Throws the first error;
 * then the caller removes what was unpacked so far.
 */
export async function unpackArchive(request: UnpackRequest, context: UnpackContext): Promise<void> {
  const { paths, staging, owner } = request
  const { artifact } = request.files
  const { runtime, repository, server, tools, signal } = context
  const codecs = codecsOf(artifact)
  const isForwarded = codecs.every(codec => tools.has(codec))
  const compression = isForwarded ? artifact.compression : 'none'
  const checked = compose(decode(codecs), checkContent(untrustedArchive(artifact)))
  const filter = isForwarded ? aside(checked) : checked
  await withProgress(runtime, 'unpacking', artifact.bytes, async onProgress => {
    const intake = await server.openExtract({ staging, owner, paths, compression, signal })
    await sendToJob(intake, input => readArtifact(repository, artifact, { filter, into: [input], signal, onProgress }))
  })
}

/** Where a folder is unpacked. */
export function treeOf(staging: string, path: string): string {
  return `${staging}/tree${path}`
}

/** Counts the unpacked folders, and compares them with the archive. */
export async function countUnpacked(
  { files, paths, staging }: Omit<UnpackRequest, 'owner'>,
  server: Pick<FolderServer, 'countTrees'>,
): Promise<{ trees: TreeCount[]; differences: string[] }> {
  const trees = await server.countTrees(paths.map(path => treeOf(staging, path)))
  return { trees, differences: compareTrees(files, paths, trees) }
}
