import { warning } from '../../findings/finding'
import type { Codec } from '../../pipeline/codec'
import { withProgress } from '../../pipeline/transfer-progress'
import { FailureError, messageOf } from '../../runtime/errors'
import { plural } from '../../runtime/text/format-count'
import { formatSize } from '../../runtime/text/format-size'
import { compareTrees } from '../../sources/files/restore/compare-trees'
import type { FolderSwap } from '../../sources/files/restore/folder-jobs'
import type { RereadFiles } from '../../sources/files/restore/reread-files'
import { unpackArchive } from '../../sources/files/restore/unpack-archive'
import type { PlannedFolder } from '../../sources/files/target/planned-folder'
import { swapConfirmed, undoSwaps } from './confirmed-swap'
import type { RestoreWork } from './restore-work'

/** Folders that are unpacked and compared, and not in their places yet. */
export interface UnpackedFolders {
  staging: string[]
  swaps: FolderSwap[]
}

/**
 * Unpacks the folders beside their places and counts what came of it. Nothing that is in use is touched. Throws the first thing that went
 * wrong.
 */
export async function unpackFolders(work: RestoreWork): Promise<UnpackedFolders> {
  const { files } = work.reread
  const unpacked: UnpackedFolders = { staging: [], swaps: [] }
  if (files === undefined) return unpacked
  for (const folders of unpackedTogether(work.verdict.folders, files)) {
    const staging = stagingFor(folders, work.stamp)
    unpacked.staging.push(staging)
    work.state.staging = unpacked.staging
    work.save()
    addRollback(staging, work)
    const startedMs = work.runtime.clock.monotonicMs()
    await unpackInto(staging, folders, work)
    await assertSameTrees(staging, folders, work)
    noteDuration(folders, work, work.runtime.clock.monotonicMs() - startedMs)
    unpacked.swaps.push(...folders.map(folder => swapOf(folder, staging, work.stamp)))
  }
  return unpacked
}

/** Puts the unpacked folders into their places, all or none. What stood there is kept beside them. */
export async function swapFolders({ staging, swaps }: UnpackedFolders, work: RestoreWork): Promise<void> {
  if (swaps.length === 0) return
  await swapConfirmed(swaps, work)
  for (const folder of work.verdict.folders) {
    const item = work.report.items.find(each => each.kind === 'folder' && each.target === folder.target)
    const kept = folder.state === 'absent' || folder.state === 'empty' ? null : keptName(folder, work.stamp)
    if (item?.kind === 'folder') item.kept = kept
    work.runtime.log.info(
      `${folder.target} is restored${kept === null ? '' : `; the old one is now ${kept}`}.`,
    )
  }
  await removeStaging({ staging, swaps }, work)
}

/** Everything is in its place: what cannot be cleaned up is no failure any more. */
async function removeStaging({ staging, swaps }: UnpackedFolders, work: RestoreWork): Promise<void> {
  try {
    await work.server.removeStaging({ staging, owner: work.owner, swaps })
    work.state.staging = []
    work.save()
  } catch (error) {
    const message = `Empty folders of the restore are left on the server: ${staging.join(', ')}. ${messageOf(error)}`
    work.report.warnings = [...work.report.warnings, warning('restore-leftovers', message)]
  }
}

/**
 * Each beside its own place: whoever may write in the folder above one could otherwise reach what is unpacked for another. Only files that
 * are hard links to each other have to be unpacked together.
 */
function unpackedTogether(
  folders: readonly PlannedFolder[],
  { content }: RereadFiles,
): Iterable<PlannedFolder[]> {
  const isLinked = (content.crossLinks?.count ?? 0) > 0
  return Map.groupBy(folders, ({ mount, parent }) => (isLinked ? mount : parent)).values()
}

function stagingFor(folders: readonly PlannedFolder[], stamp: string): string {
  const [first] = folders
  if (first === undefined) throw new TypeError('Without folders there is no staging folder.')
  const name = first.target.slice(first.target.lastIndexOf('/') + 1)
  return `${first.parent === '/' ? '' : first.parent}/.${name.slice(0, 150)}.restoring-${stamp}`
}

function swapOf({ path, target }: PlannedFolder, staging: string, stamp: string): FolderSwap {
  return { unpacked: treeOf(staging, path), place: target, kept: keptName({ target }, stamp) }
}

function treeOf(staging: string, path: string): string {
  return `${staging}/tree${path}`
}

function keptName({ target }: Pick<PlannedFolder, 'target'>, stamp: string): string {
  return `${target}.before-restore-${stamp}`
}

function addRollback(staging: string, work: RestoreWork): void {
  work.back.add({
    undone: `What was unpacked into ${staging} is removed`,
    left: { what: `Unpacked files lie in ${staging}: the post step removes them.`, commands: [] },
    // With half of a swap to undo it is up to the post step, which looks at the databases as well.
    get isQuick() {
      return work.state.swaps.length === 0
    },
    run: async () => {
      await undoSwaps(work)
      await work.server.removeStaging({ staging: [staging], owner: work.owner, swaps: [] })
      work.state.staging = work.state.staging.filter(each => each !== staging)
      work.save()
    },
  })
}

async function unpackInto(
  staging: string,
  folders: readonly PlannedFolder[],
  work: RestoreWork,
): Promise<void> {
  const { files } = work.reread
  if (files === undefined) return
  const { hasGzip, hasZstd } = work.verdict
  const canDecode = (codec: Codec) => (codec === 'gzip' ? hasGzip : hasZstd)
  await withProgress(work.runtime, 'unpacking', files.artifact.bytes, onProgress =>
    unpackArchive(
      { ...files, paths: folders.map(({ path }) => path), staging, owner: work.owner },
      { repository: work.repository, server: work.server, canDecode, signal: work.signal, onProgress },
    ),
  )
}

/** What lies on the disk against what the archive was found to hold. */
async function assertSameTrees(
  staging: string,
  folders: readonly PlannedFolder[],
  work: RestoreWork,
): Promise<void> {
  const { files } = work.reread
  if (files === undefined) return
  const paths = folders.map(({ path }) => path)
  const found = await work.server.countTrees(paths.map(path => treeOf(staging, path)))
  for (const [index, path] of paths.entries()) {
    const tree = found[index]
    const item = work.report.items.find(each => each.kind === 'folder' && each.path === path)
    if (item === undefined || tree === undefined) continue
    const size = tree.fileBytes === undefined ? '' : `, ${formatSize(tree.fileBytes)}`
    item.proof = `${plural(tree.files, 'file')}, ${plural(tree.directories, 'directory', 'directories')}, ${plural(tree.links, 'symbolic link')}${size}`
  }
  const differences = compareTrees(files, paths, found)
  if (differences.length === 0) return
  throw new FailureError(`What was unpacked is not what the archive holds: ${differences.join('; ')}.`, {
    advice:
      'Look for a file system that folds the case of names, or for a program that cleans up behind the restore; then run again.',
    detail: differences,
  })
}

function noteDuration(folders: readonly PlannedFolder[], work: RestoreWork, durationMs: number): void {
  for (const { path } of folders) {
    const item = work.report.items.find(each => each.kind === 'folder' && each.path === path)
    if (item !== undefined) item.importMs = durationMs
  }
}
