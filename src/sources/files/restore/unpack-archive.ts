import { createGzip } from 'node:zlib'
import { codecsOf, decode } from '../../../pipeline/codec'
import type { Compression } from '../../../pipeline/compression'
import { checkContent } from '../../../pipeline/content-check'
import { aside, compose, type Filter } from '../../../pipeline/filter'
import { withProgress } from '../../../pipeline/transfer-progress'
import { readArtifact } from '../../../repository/artifact/reader'
import type { Repository } from '../../../repository/repository'
import type { Runtime } from '../../../runtime/runtime'
import { sendToJob } from '../../../server/send-to-job'
import type { ArchiveContent } from '../check/archive-content'
import { leaveOut } from '../check/leave-out'
import type { FolderServer } from '../folder-server'
import type { Owner } from '../owners/owner'
import { type OwnerNumbers, ownersIn } from '../owners/target-owners'
import { compareTrees } from './compare-trees'
import type { TreeCount } from './count-trees'
import { type Given, leftOutOf } from './left-out'
import { checkStored, expectedArchive, type RereadFiles } from './reread-files'

interface UnpackRequest {
  /** Read and checked before. */
  files: RereadFiles
  /** Folders of the archive. */
  paths: readonly string[]
  /** A folder that does not exist yet; see `treeOf`. */
  staging: string
  owner: string
  /** What is restored of the risky entries. */
  given: Given
  /** The owners that root gives; undefined: all will be the user's. */
  numbers: OwnerNumbers | undefined
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
 * Unpacks folders of an archive into a new folder on the server, with a check of every entry and without the risky ones
 * that are not given. Throws the first error; then the caller removes what was unpacked so far.
 */
export async function unpackArchive(request: UnpackRequest, context: UnpackContext): Promise<void> {
  const { paths, staging, owner } = request
  const { artifact } = request.files
  const { runtime, repository, server, tools, signal } = context
  const { filter, compression } = sentStream(request, tools)
  await withProgress(runtime, 'unpacking', artifact.bytes, async onProgress => {
    const intake = await server.openExtract({ staging, owner, paths, compression, signal })
    await sendToJob(intake, input => readArtifact(repository, artifact, { filter, into: [input], signal, onProgress }))
  })
}

/** What is sent of the stored stream: as it is, if the server can decompress it and nothing of it is left out. */
function sentStream(
  { files: { artifact, content }, given, numbers }: Pick<UnpackRequest, 'files' | 'given' | 'numbers'>,
  tools: UnpackContext['tools'],
): { filter: Filter<unknown>; compression: Compression } {
  const codecs = codecsOf(artifact)
  const isWhole = leftOutOf(content, given).length === 0 && hasOwners(content, numbers)
  if (isWhole && codecs.every(codec => tools.has(codec))) {
    const checked = compose(decode(codecs), checkContent(checkStored(artifact)))
    return { filter: aside(checked), compression: artifact.compression }
  }
  const checked = compose(decode(codecs), leaveOut(expectedArchive(artifact), given, numbers))
  if (!tools.has('gzip')) return { filter: checked, compression: 'none' }
  const gzip: Filter<void> = { stages: [createGzip({ level: 1 })], result: () => {} }
  return { filter: compose(checked, gzip), compression: 'gzip' }
}

/** Whether the headers have the owners that will be given. */
function hasOwners({ hasOwnerList, perPath }: ArchiveContent, numbers: OwnerNumbers | undefined): boolean {
  if (numbers === undefined) return true
  const isSame = (owner: Owner) => numbers(owner).uid === owner.uid && numbers(owner).gid === owner.gid
  return !hasOwnerList && [...ownersIn(perPath).keys()].every(isSame)
}

/** Where a folder is unpacked. */
export function treeOf(staging: string, path: string): string {
  return `${staging}/tree${path}`
}

/** Looks at the unpacked folders, and compares them with what was seen of the archive. */
export async function countUnpacked(
  { files, paths, staging, given, numbers }: Omit<UnpackRequest, 'owner'>,
  { server }: { server: Pick<FolderServer, 'countTrees'> },
): Promise<{ trees: TreeCount[]; differences: string[] }> {
  const trees = await server.countTrees({ staging, paths })
  return { trees, differences: compareTrees({ files, paths, found: trees, given, numbers }) }
}
