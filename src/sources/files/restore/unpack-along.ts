import { codecsOf, decode } from '../../../pipeline/codec'
import type { Filter } from '../../../pipeline/filter'
import { passChecked } from '../../../pipeline/pass-checked'
import { compressForTravel } from '../../../pipeline/travel'
import { sendAlong } from '../../../server/send-along'
import type { Along, ReadAlong } from '../../along'
import { nothingListed } from '../attributes/given-lists'
import { type ArchiveSink, checkArchive } from '../check/archive-check'
import type { ArchiveContent } from '../check/archive-content'
import { passOn } from '../check/leave-out'
import { risksOf } from '../check/risky-entries'
import { type OwnerNumbers, ownersIn } from '../owners/target-owners'
import type { PlannedFolder } from '../target/planned-folder'
import { type FolderWork, serverOf, type UnpackedAlong } from './folder-work'
import { expectedArchive, type RereadFiles } from './reread-files'
import { beginStaging, removeUnpacked, unpackedTogether } from './staging'
import { howToSend, partsOf, type Sending, type UnpackedArchive, type UnpackRequest } from './unpack-archive'

/**
 * Unpacks the folders while their archive is read for the first time, each entry after it passed the check. `work`: by
 * what the manifest says. What it does not say and an unpacking must know ends it: then another reading does it.
 */
export async function unpackAlong<R>(work: FolderWork, read: ReadAlong<ArchiveContent, R>): Promise<R> {
  const { files, folders, context, tools } = work
  const [together, ...others] = files === undefined ? [] : unpackedTogether(folders, files)
  // Whom access control lists name is known at the end of an archive.
  const hasUnknown = work.attributes !== undefined
  if (files === undefined || together === undefined || others.length > 0 || hasUnknown) return read()
  const { given, numbers, attributes } = work
  const request = { files, paths: together.map(({ path }) => path), given, numbers, attributes }
  const { owner, signal, runtime } = context
  const startedMs = runtime.clock.monotonicMs()
  const staging = beginStaging(together, work)
  const sending = howToSend(request, tools)
  const extract = { staging, owner, compression: sending.compression, signal }
  const sender = sendAlong(await serverOf(work).openExtract(extract))
  const sent = sending.isAsStored ? asStored(request, sending, sender.stop) : changed(request, sending)
  const result = await read({ ...sent, into: [sender.stream] })
  const outcome = await sender.outcome
  if (outcome.kind === 'stopped') await removeUnpacked(staging, work)
  // What is cut is not what its manifest says.
  if (outcome.kind === 'stopped' || outcome.kind === 'cut') return result
  work.along.unpacked = {
    ...{ folders: together, staging, durationMs: runtime.clock.monotonicMs() - startedMs },
    ...(outcome.kind === 'failed' ? { failure: outcome.error } : {}),
    fitting: wanted => {
      const archive = sent.archive()
      const isSame = !linksOut(archive.content, request.paths) && wanted.attributes === undefined
      const isAsStored = howToSend({ ...request, ...wanted }, tools).isAsStored === sending.isAsStored
      return isSame && isAsStored && hasSameOwners(archive.content, numbers, wanted.numbers) ? archive : undefined
    },
  }
  return result
}

/**
 * What was unpacked along, if it is what is wanted now; it is removed otherwise. Throws why it failed.
 */
export async function takeAlong(
  groups: readonly (readonly PlannedFolder[])[],
  work: FolderWork & { files: RereadFiles },
): Promise<(UnpackedAlong & { archive: UnpackedArchive }) | undefined> {
  const { unpacked } = work.along
  if (unpacked === undefined) return undefined
  if (unpacked.failure !== undefined) throw unpacked.failure
  const [together] = groups
  const isSame = groups.length === 1 && placesOf(together) === placesOf(unpacked.folders)
  const archive = isSame ? unpacked.fitting(work) : undefined
  if (archive !== undefined) return { ...unpacked, archive }
  await removeUnpacked(unpacked.staging, work)
  return undefined
}

function placesOf(folders: readonly PlannedFolder[] | undefined): string {
  return JSON.stringify(folders?.map(({ path, target }) => [path, target]))
}

/** What is sent; `archive`: known once the stream has ended well. */
interface Sent extends Omit<Along<ArchiveContent>, 'into'> {
  archive(): UnpackedArchive
}

type Request = Omit<UnpackRequest, 'staging' | 'owner'>

/** `stop`: called before anything of an entry is sent that must not be as it is. */
function asStored(request: Request, { codecs }: Sending, stop: () => void): Sent {
  const nothing = () => {}
  const sink: ArchiveSink = {
    ...{ header: nothing, drop: nothing, data: nothing, end: nothing, listed: stop },
    entry: entry => {
      if (risksOf(entry).some(risk => !request.given.has(risk))) stop()
    },
  }
  let passed: Filter<ArchiveContent> | undefined
  return {
    check: checkArchive({ ...expectedArchive(request.files.artifact), parts: partsOf(request), sink }),
    passage(check) {
      passed = passChecked(codecs[0], check)
      return passed
    },
    archive: () => ({ content: resultOf(passed), given: nothingListed }),
  }
}

function changed(request: Request, { compression }: Sending): Sent {
  const { artifact } = request.files
  const trees = request.paths.map(path => ({ path: path.slice(1) }))
  const { sink, passing, given } = passOn({ ...request, trees })
  let passed: Filter<ArchiveContent> | undefined
  return {
    check: checkArchive({ ...expectedArchive(artifact), parts: partsOf(request), sink }),
    passage(check) {
      passed = passing(check)
      const stages = [...decode(codecsOf(artifact)).stages, ...passed.stages, ...compressForTravel(compression).stages]
      return { stages, result: passed.result }
    },
    archive: () => ({ content: resultOf(passed), given: given() }),
  }
}

function resultOf<R>(passed: Filter<R> | undefined): R {
  if (passed === undefined) throw new TypeError('The archive was not read.')
  return passed.result()
}

/** Then the files that they lead to must be sent, too. */
function linksOut({ perPath }: ArchiveContent, paths: readonly string[]): boolean {
  return perPath.some(({ path, outside }) => outside !== undefined && paths.includes(`/${path}`))
}

function hasSameOwners(
  { perPath }: ArchiveContent,
  given: OwnerNumbers | undefined,
  wanted: OwnerNumbers | undefined,
): boolean {
  if (given === undefined || wanted === undefined) return given === wanted
  return [...ownersIn(perPath).keys()].every(owner => {
    const [one, other] = [given(owner), wanted(owner)]
    return one.uid === other.uid && one.gid === other.gid
  })
}
