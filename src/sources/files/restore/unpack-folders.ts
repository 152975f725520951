import { FailureError } from '../../../runtime/errors'
import { formatSize } from '../../../runtime/text/format-size'
import { printable } from '../../../runtime/text/printable'
import type { AttributeContent } from '../attributes/attribute-tally'
import type { GivenCounts } from '../attributes/given-lists'
import { laterAttributes } from '../attributes/later-attributes'
import { type AttributeKind, attributeKinds } from '../attributes/listed'
import { filesCounts } from '../check/archive-content'
import { cutName, isInside } from '../plan/folder-paths'
import { isPart, type PlannedFolder } from '../target/planned-folder'
import type { TreeCount } from './count-trees'
import { type FolderWork, serverOf, type UnpackedFolder } from './folder-work'
import { folderContent, type RereadFiles } from './reread-files'
import { rollBackSwaps } from './swap-folders'
import { countUnpacked, treeOf, unpackArchive } from './unpack-archive'

/**
 * Unpacks the folders next to their places and counts the files. Changes nothing in use. Returns them in their order.
 */
export async function unpackFolders(work: FolderWork): Promise<UnpackedFolder[]> {
  const { files, folders, state, context } = work
  const all: UnpackedFolder[] = []
  if (files === undefined) return all
  for (const together of unpackedTogether(folders, files)) {
    const staging = stagingFor(together, context.stamp, state.staging)
    state.staging = [...state.staging, staging]
    context.save()
    addRollback(staging, work)
    const { clock } = context.runtime
    const startedMs = clock.monotonicMs()
    const { trees, lacking } = await unpackInto(staging, together, files, work)
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

/**
 * Each next to its own place: users who may write to its parent folder must not reach the unpacked files of another
 * one. Only folders with hard links to each other are unpacked together. A part of a folder never is with that one, nor
 * with what its hard links lead to: both would be the same files.
 */
function unpackedTogether(folders: readonly PlannedFolder[], files: RereadFiles): PlannedFolder[][] {
  const linked = folders.filter(each => folderContent(files, each.path)?.outside !== undefined)
  const alone = linked.filter(isPart)
  const isLinked = alone.length < linked.length
  const others = folders.filter(each => !alone.includes(each))
  const groups = Map.groupBy(others, each => (isLinked && !isPart(each) ? each.mount : each.parent))
  return [...[...groups.values()].flatMap(withoutNested), ...alone.map(each => [each])]
}

function withoutNested(folders: readonly PlannedFolder[]): PlannedFolder[][] {
  const groups: PlannedFolder[][] = []
  for (const folder of folders) {
    const { path } = folder
    const group = groups.find(others => !others.some(each => isInside(each.path, path) || isInside(path, each.path)))
    if (group === undefined) groups.push([folder])
    else group.push(folder)
  }
  return groups
}

function stagingFor([first]: readonly PlannedFolder[], stamp: string, taken: readonly string[]): string {
  if (first === undefined) throw new TypeError('Without folders there is no staging folder.')
  const name = first.target.slice(first.target.lastIndexOf('/') + 1)
  const staging = `${first.parent === '/' ? '' : first.parent}/.${cutName(name, 150)}.restoring-${stamp}`
  return taken.includes(staging) ? `${staging}-${taken.length}` : staging
}

function addRollback(staging: string, work: FolderWork): void {
  const { state, context } = work
  context.rollback.add({
    undone: `What was unpacked into ${staging} is removed`,
    left: { what: `Unpacked files are in ${staging}: the post step removes them.`, commands: [] },
    // Half a swap is left to the post step, which checks the databases too.
    get isQuick() {
      return state.swaps.length === 0
    },
    run: async () => {
      await rollBackSwaps(work)
      await serverOf(work).removeStaging({ staging: [staging], owner: context.owner, swaps: [] })
      state.staging = state.staging.filter(each => each !== staging)
      context.save()
    },
  })
}

async function unpackInto(
  staging: string,
  folders: readonly PlannedFolder[],
  files: RereadFiles,
  work: FolderWork,
): Promise<{ trees: TreeCount[]; lacking: Set<AttributeKind> }> {
  const { repository, runtime, owner, signal } = work.context
  const server = serverOf(work)
  const { given, numbers, attributes } = work
  const request = { files, paths: folders.map(({ path }) => path), staging, owner, given, numbers, attributes }
  const { content, given: sent } = await unpackArchive(request, {
    runtime,
    repository,
    server,
    tools: work.tools,
    signal,
  })
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
