import { FailureError } from '../../../runtime/errors'
import { formatSize } from '../../../runtime/text/format-size'
import { printable } from '../../../runtime/text/printable'
import type { AttributeContent } from '../attributes/attribute-tally'
import type { GivenCounts } from '../attributes/given-lists'
import { laterAttributes } from '../attributes/later-attributes'
import { type AttributeKind, attributeKinds } from '../attributes/listed'
import { filesCounts } from '../check/archive-content'
import type { PlannedFolder } from '../target/planned-folder'
import type { TreeCount } from './count-trees'
import { type FolderWork, serverOf, type UnpackedFolder } from './folder-work'
import type { RereadFiles } from './reread-files'
import { beginStaging, unpackedTogether } from './staging'
import { takeAlong } from './unpack-along'
import { countUnpacked, treeOf, type UnpackedArchive, unpackArchive } from './unpack-archive'

/**
 * Unpacks the folders next to their places and counts the files. Changes nothing in use. Returns them in their order.
 */
export async function unpackFolders(work: FolderWork): Promise<UnpackedFolder[]> {
  const { files, folders, context } = work
  const all: UnpackedFolder[] = []
  if (files === undefined) return all
  const groups = unpackedTogether(folders, files)
  const along = await takeAlong(groups, { ...work, files })
  for (const together of groups) {
    const staging = along?.staging ?? beginStaging(together, work)
    const { clock } = context.runtime
    const startedMs = clock.monotonicMs() - (along?.durationMs ?? 0)
    const { trees, lacking } = await unpackInto(staging, together, files, work, along?.archive)
    const durationMs = clock.monotonicMs() - startedMs
    for (const [index, folder] of together.entries())
      all.push({
        folder,
        unpacked: treeOf(staging, folder.path),
        lacking,
        proof: proofOf(trees[index], work),
        durationMs,
      })
  }
  return folders.flatMap(folder => all.filter(each => each.folder === folder))
}

/** `along`: what was unpacked already. */
async function unpackInto(
  staging: string,
  folders: readonly PlannedFolder[],
  files: RereadFiles,
  work: FolderWork,
  along: UnpackedArchive | undefined,
): Promise<{ trees: TreeCount[]; lacking: Set<AttributeKind> }> {
  const { repository, runtime, owner, signal } = work.context
  const server = serverOf(work)
  const { given, numbers, attributes } = work
  const request = { files, paths: folders.map(({ path }) => path), staging, owner, given, numbers, attributes }
  const unpack = () => unpackArchive(request, { runtime, repository, server, tools: work.tools, signal })
  const { content, given: sent } = along ?? (await unpack())
  const { trees, differences } = await countUnpacked(request, content, { server })
  if (differences.length === 0) {
    const lacking = await giveLists({ staging, sent, folders, content: content.attributes }, work)
    return { trees, lacking }
  }
  throw new FailureError(`The unpacked files differ from the archive: ${differences.join('; ')}.`, {
    advice:
      'Check for a file system without case-sensitive names or without owners and modes, or for a program that changes files during the restore; then run again.',
    detail: differences,
  })
}

/** Returns the kinds of which the folders lack some, each said in a warning. */
async function giveLists(
  { staging, sent, folders, content }: GivingRequest,
  work: FolderWork,
): Promise<Set<AttributeKind>> {
  const withRights = work.given.has('attributes')
  const isSent = attributeKinds.some(kind => sent[kind] > 0)
  const there = isSent ? await serverOf(work).giveAttributes({ staging }) : []
  const missing = attributeKinds.flatMap(kind => {
    const { count = 0, said = '' } = there.find(each => each.kind === kind) ?? {}
    return count < sent[kind] ? [{ kind, count: sent[kind] - count, said }] : []
  })
  work.context.warn(
    missing.map(({ kind, count, said }) => {
      const reason = `The file system or the server did not take them${said === '' ? '.' : `: ${printable(said)}.`}`
      return laterAttributes(folders, content, { kind, withRights, count, reason })
    }),
  )
  const notGiven = attributeKinds.filter(kind => content.counts[kind] > 0 && !work.attributes?.kinds.has(kind))
  return new Set([...notGiven, ...missing.map(({ kind }) => kind)])
}

interface GivingRequest {
  staging: string
  sent: GivenCounts
  folders: readonly PlannedFolder[]
  content: AttributeContent
}

function proofOf(tree: TreeCount | undefined, { numbers, user }: FolderWork): string {
  if (tree === undefined) return ''
  const { names, kinds } = tree
  const owners = numbers === undefined ? `all owned by ${user}` : 'owners'
  const size = kinds === undefined ? [] : [formatSize(kinds.f.bytes)]
  return [...filesCounts({ files: names.f, directories: names.d, links: names.l }), ...size, owners].join(', ')
}
