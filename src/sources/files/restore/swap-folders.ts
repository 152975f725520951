import { warning } from '../../../findings/finding'
import { messageOf } from '../../../runtime/errors'
import type { RestoredItem } from '../../restore-item'
import { describeFolder } from '../target/describe-folder'
import type { PlannedFolder } from '../target/planned-folder'
import { swapConfirmed } from './confirmed-swap'
import type { FolderSwap } from './folder-jobs'
import { type FolderWork, serverOf } from './folder-work'
import { folderContent } from './reread-files'
import type { UnpackedFolder } from './unpack-folders'

/** Puts the unpacked folders into their places, all or none. What stood there is kept beside them. */
export async function swapFolders(unpacked: readonly UnpackedFolder[], work: FolderWork): Promise<RestoredItem[]> {
  const { files, context, overwrite } = work
  if (files === undefined) return []
  const swaps = unpacked.map(each => ({
    unpacked: each.unpacked,
    place: each.folder.target,
    kept: keptName(each.folder, context.stamp),
  }))
  await swapConfirmed(swaps, work)
  const restored = unpacked.map(({ folder, proof, durationMs }) => {
    const { path, target, state } = folder
    const kept = state === 'absent' || state === 'empty' ? null : keptName(folder, context.stamp)
    context.runtime.log.info(`${target} is restored${kept === null ? '' : `; the old one is now ${kept}`}.`)
    return {
      ...describeFolder(folder, files, overwrite),
      ...{ proof, durationMs, kept },
      output: { kind: 'folder', path, target, files: folderContent(files, path)?.files ?? 0, kept },
    }
  })
  await removeStaging(swaps, work)
  return restored
}

function keptName({ target }: PlannedFolder, stamp: string): string {
  return `${target}.before-restore-${stamp}`
}

/** Everything is in its place: what cannot be cleaned up is no failure any more. */
async function removeStaging(swaps: readonly FolderSwap[], work: FolderWork): Promise<void> {
  const { state, context } = work
  try {
    await serverOf(work).removeStaging({ staging: state.staging, owner: context.owner, swaps })
    state.staging = []
    context.save()
  } catch (error) {
    const message = `Empty folders of the restore are left on the server: ${state.staging.join(', ')}. ${messageOf(error)}`
    context.warn([warning('restore-leftovers', message)])
  }
}
