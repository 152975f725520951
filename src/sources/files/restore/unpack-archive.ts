import { type Codec, codecsOf, decode } from '../../../pipeline/codec'
import type { Compression } from '../../../pipeline/compression'
import { checkContent } from '../../../pipeline/content-check'
import { aside, compose, type Filter } from '../../../pipeline/filter'
import { withProgress } from '../../../pipeline/transfer-progress'
import { compressForTravel, travelCompression } from '../../../pipeline/travel'
import { readArtifact } from '../../../repository/artifact/reader'
import type { Repository } from '../../../repository/repository'
import type { Runtime } from '../../../runtime/runtime'
import { sendToJob } from '../../../server/send-to-job'
import { readJoinedInto } from '../../read-joined'
import { type GivenAttributes, type GivenCounts, nothingListed } from '../attributes/given-lists'
import { attributeKinds } from '../attributes/listed'
import { joinArchives } from '../chain/join-archives'
import { checkArchive } from '../check/archive-check'
import type { ArchiveContent } from '../check/archive-content'
import { leaveOut } from '../check/leave-out'
import type { FolderServer } from '../folder-server'
import type { Owner } from '../owners/owner'
import { type OwnerNumbers, ownersIn } from '../owners/target-owners'
import { compareTrees } from './compare-trees'
import type { TreeCount } from './count-trees'
import { type Given, leftOutOf } from './left-out'
import { expectedArchive, folderContent, type RereadFiles } from './reread-files'

export interface UnpackRequest {
  /** Read and checked before. */
  files: RereadFiles
  /** Folders of the archive and parts of them, none inside another. */
  paths: readonly string[]
  /** A folder that does not exist yet; see `treeOf`. */
  staging: string
  owner: string
  /** What is restored of the risky entries. */
  given: Given
  /** The owners that root gives; undefined: all will be the user's. */
  numbers: OwnerNumbers | undefined
  /** What is given of what the archive lists; undefined: nothing. */
  attributes: GivenAttributes | undefined
}

/** What was sent of an archive. `given`: how many entries get what it lists of them. */
export interface UnpackedArchive {
  content: ArchiveContent
  given: GivenCounts
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
 * that are not given. A file outside of them that a hard link leads to is unpacked too, in its own place in the new
 * folder. Throws the first error; then the caller removes what was unpacked so far.
 */
export async function unpackArchive(request: UnpackRequest, context: UnpackContext): Promise<UnpackedArchive> {
  const { staging, owner } = request
  const { artifact } = request.files
  const { runtime, repository, server, tools, signal } = context
  const { filter, compression, seen } = sentStream(request, tools)
  await withProgress(runtime, 'unpacking', artifact.bytes, async onProgress => {
    const intake = await server.openExtract({ staging, owner, compression, signal })
    await sendToJob(intake, input => {
      const request = { filter, into: [input], signal, onProgress }
      return artifact.chain === undefined
        ? readArtifact(repository, artifact, request)
        : readJoinedInto(repository, artifact, joinArchives(artifact), request)
    })
  })
  return seen()
}

/** What is sent of the stored stream. */
function sentStream(
  request: Omit<UnpackRequest, 'staging' | 'owner'>,
  tools: UnpackContext['tools'],
): { filter: Filter<unknown>; compression: Compression; seen: () => UnpackedArchive } {
  const { files, paths } = request
  const { artifact, content } = files
  const expected = { ...expectedArchive(artifact), parts: partsOf(request), seen: content.perPath }
  const sending = howToSend(request, tools)
  const { compression, codecs } = sending
  if (sending.isAsStored) {
    const checked = compose(decode(codecs), checkContent(checkArchive(expected)))
    return { filter: aside(checked), compression, seen: () => ({ content: checked.result()[1], given: nothingListed }) }
  }
  const trees = paths.map(path => {
    return { path: path.slice(1), linked: folderContent(files, path)?.outside?.targets }
  })
  const checked = compose(decode(codecs), leaveOut(expected, { ...request, trees }))
  return { filter: compose(checked, compressForTravel(compression)), compression, seen: () => checked.result()[1] }
}

/** How an archive is sent. */
export interface Sending {
  /** As it is stored, since the server can decompress it and nothing of it is left out or changed. */
  isAsStored: boolean
  /** Of what is sent. */
  compression: Compression
  /** Of what is stored. */
  codecs: readonly Codec[]
}

/** How these folders are sent, by what is known of the archive. */
export function howToSend(
  { files, paths, given, numbers }: Omit<UnpackRequest, 'staging' | 'owner'>,
  tools: UnpackContext['tools'],
): Sending {
  const { artifact, content } = files
  // What is put together of a chain is not encoded any more.
  const codecs = artifact.chain === undefined ? codecsOf(artifact) : []
  const isAll = artifact.paths.every(path => paths.includes(path)) && artifact.chain === undefined
  const isWhole = isAll && leftOutOf(content, given).length === 0 && hasOwners(content, numbers) && !hasLists(content)
  const isAsStored = isWhole && codecs.every(codec => tools.has(codec))
  const compression = isAsStored ? artifact.compression : travelCompression(tools)
  return { isAsStored, compression, codecs }
}

/** What is not whole folders of the archive, as its check wants it. */
export function partsOf({ files, paths }: Pick<UnpackRequest, 'files' | 'paths'>): string[] {
  return paths.filter(path => !files.artifact.paths.includes(path)).map(path => path.slice(1))
}

/** Whether the headers have the owners that will be given. */
function hasOwners({ hasOwnerList, perPath }: ArchiveContent, numbers: OwnerNumbers | undefined): boolean {
  if (numbers === undefined) return true
  const isSame = (owner: Owner) => numbers(owner).uid === owner.uid && numbers(owner).gid === owner.gid
  return !hasOwnerList && [...ownersIn(perPath).keys()].every(isSame)
}

/** Lists for `setfacl` and `setfattr` are never sent as they are. */
function hasLists({ attributes: { counts } }: ArchiveContent): boolean {
  return attributeKinds.some(kind => counts[kind] > 0)
}

/** Where a folder is unpacked. */
export function treeOf(staging: string, path: string): string {
  return `${staging}/tree${path}`
}

/** Looks at what was unpacked, and compares it with what was seen of the archive then. */
export async function countUnpacked(
  { paths, staging, given, numbers }: Pick<UnpackRequest, 'paths' | 'staging' | 'given' | 'numbers'>,
  content: ArchiveContent,
  { server }: { server: Pick<FolderServer, 'countTrees'> },
): Promise<{ trees: TreeCount[]; differences: string[] }> {
  const trees = await server.countTrees({ staging, paths })
  return { trees, differences: compareTrees({ content, paths, found: trees, given, numbers }) }
}
