import { withProgress } from '../../../pipeline/transfer-progress'
import { FailureError } from '../../../runtime/errors'
import { formatSize } from '../../../runtime/text/format-size'
import { filesCounts } from '../check/files-counts'
import type { PlannedFolder } from '../target/planned-folder'
import { compareTrees } from './compare-trees'
import { undoSwaps } from './confirmed-swap'
import { type FolderWork, serverOf } from './folder-work'
import type { TreeCount } from './parse-trees'
import type { RereadFiles } from './reread-files'
import { unpackArchive } from './unpack-archive'

/** A folder that is unpacked and compared, and not in its place yet. */
export interface UnpackedFolder {
  folder: PlannedFolder
  /** Where it lies. */
  unpacked: string
  /** What was counted, in words. */
  proof: string
  durationMs: number
}

/**
 * Unpacks the folders beside their places and counts what came of it. Nothing that is in use is touched. Returns them
 * in the order of the plan. Throws the first thing that went wrong.
 */
export async function unpackFolders(work: FolderWork): Promise<UnpackedFolder[]> {
  const { files, folders, state, context } = work
  const all: UnpackedFolder[] = []
  if (files === undefined) return all
  for (const together of unpackedTogether(folders, files)) {
    const staging = stagingFor(together, context.stamp)
    state.staging = [...state.staging, staging]
    context.save()
    addRollback(staging, work)
    const { clock } = context.runtime
    const startedMs = clock.monotonicMs()
    await unpackInto(staging, together, files, work)
    const trees = await countedTrees(staging, together, files, work)
    const durationMs = clock.monotonicMs() - startedMs
    for (const [index, folder] of together.entries())
      all.push({ folder, unpacked: treeOf(staging, folder), proof: proofOf(trees[index]), durationMs })
  }
  return folders.flatMap(folder => all.filter(each => each.folder === folder))
}

/**
 * Each beside its own place: whoever may write in the folder above one could otherwise reach what is unpacked for
 * another. Only files that are hard links to each other have to be unpacked together.
 */
function unpackedTogether(folders: readonly PlannedFolder[], { content }: RereadFiles): Iterable<PlannedFolder[]> {
  const isLinked = (content.crossLinks?.count ?? 0) > 0
  return Map.groupBy(folders, ({ mount, parent }) => (isLinked ? mount : parent)).values()
}

function stagingFor([first]: readonly PlannedFolder[], stamp: string): string {
  if (first === undefined) throw new TypeError('Without folders there is no staging folder.')
  const name = first.target.slice(first.target.lastIndexOf('/') + 1)
  return `${first.parent === '/' ? '' : first.parent}/.${name.slice(0, 150)}.restoring-${stamp}`
}

function treeOf(staging: string, { path }: PlannedFolder): string {
  return `${staging}/tree${path}`
}

function addRollback(staging: string, work: FolderWork): void {
  const { state, context } = work
  context.rollback.add({
    undone: `What was unpacked into ${staging} is removed`,
    left: { what: `Unpacked files lie in ${staging}: the post step removes them.`, commands: [] },
    // With half of a swap to undo it is up to the post step, which looks at the databases as well.
    get isQuick() {
      return state.swaps.length === 0
    },
    run: async () => {
      await undoSwaps(work)
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
): Promise<void> {
  const { repository, runtime, owner, signal } = work.context
  const paths = folders.map(({ path }) => path)
  await withProgress(runtime, 'unpacking', files.artifact.bytes, onProgress =>
    unpackArchive(
      { artifact: files.artifact, paths, staging, owner },
      { repository, server: serverOf(work), canDecode: codec => work.tools.has(codec), signal, onProgress },
    ),
  )
}

/** What lies on the disk, when it is what the archive was found to hold. */
async function countedTrees(
  staging: string,
  folders: readonly PlannedFolder[],
  files: RereadFiles,
  work: FolderWork,
): Promise<TreeCount[]> {
  const paths = folders.map(({ path }) => path)
  const found = await serverOf(work).countTrees(folders.map(folder => treeOf(staging, folder)))
  const differences = compareTrees(files, paths, found)
  if (differences.length === 0) return found
  throw new FailureError(`What was unpacked is not what the archive holds: ${differences.join('; ')}.`, {
    advice:
      'Look for a file system that folds the case of names, or for a program that cleans up behind the restore; then run again.',
    detail: differences,
  })
}

function proofOf(tree: TreeCount | undefined): string {
  if (tree === undefined) return ''
  const size = tree.fileBytes === undefined ? [] : [formatSize(tree.fileBytes)]
  return [...filesCounts(tree), ...size].join(', ')
}
