import { setTimeout as sleep } from 'node:timers/promises'
import { warning } from '../../../findings/finding'
import { messageOf } from '../../../runtime/errors'
import type { RestoredItem } from '../../restore-item'
import { attributeCommands } from '../attributes/later-attributes'
import type { AttributeKind } from '../attributes/listed'
import { ownerCommands } from '../owners/later-owners'
import { cutName, nameBytesMax } from '../plan/folder-paths'
import { describeFolder, type PlannedFolder } from '../target/planned-folder'
import type { FolderSwap } from './folder-jobs'
import { type FolderWork, serverOf, type UnpackedFolder } from './folder-work'
import { commandsFor, leftOutOf } from './left-out'
import { folderContent, type RereadFiles } from './reread-files'

/** Moves the unpacked folders into their places, all or none. The old folders are kept next to them. */
export async function swapFolders(unpacked: readonly UnpackedFolder[], work: FolderWork): Promise<RestoredItem[]> {
  const { files, context, overwrite } = work
  if (files === undefined) return []
  const swaps = unpacked.map(each => ({
    unpacked: each.unpacked,
    place: each.folder.target,
    kept: keptName(each.folder, context.stamp),
  }))
  await swapConfirmed(swaps, work)
  const restored = unpacked.map(({ folder, lacking, proof, durationMs }) => {
    const { path, target, state } = folder
    const kept = state === 'absent' || state === 'empty' ? null : keptName(folder, context.stamp)
    context.runtime.log.info(`${target} is restored${kept === null ? '' : `; the old one is now ${kept}`}.`)
    const item = describeFolder(folder, files, overwrite)
    return {
      ...item,
      ...{ proof, durationMs, kept },
      leftOut: commandsLater(folder, lacking, files, work),
      output: { kind: item.noun, path, target, files: folderContent(files, path)?.files ?? 0, kept },
    }
  })
  await removeStaging(swaps, work)
  return restored
}

/** What root has to do by hand, in this order: a new owner clears set-uid bits and capabilities. */
function commandsLater(
  folder: PlannedFolder,
  lacking: ReadonlySet<AttributeKind>,
  files: RereadFiles,
  { given, numbers }: FolderWork,
): string[] {
  const isRoot = numbers !== undefined
  return [
    ...(isRoot ? [] : ownerCommands(folder, files.content)),
    ...commandsFor(folder, leftOutOf(files.content, given), isRoot),
    ...[...lacking].flatMap(kind =>
      attributeCommands(folder, files.content.attributes, { kind, withRights: given.has('attributes') }),
    ),
  ]
}

function keptName({ target }: PlannedFolder, stamp: string): string {
  const suffix = `.before-restore-${stamp}`
  const at = target.lastIndexOf('/') + 1
  return `${target.slice(0, at)}${cutName(target.slice(at), nameBytesMax - suffix.length)}${suffix}`
}

/** Everything is in its place: a failed clean-up is only a warning. */
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

type SwapWork = Pick<FolderWork, 'context' | 'state'>

/** The cause of a broken connection rarely ends at once. */
const pauseMs = 2_000

/**
 * Moves folders into their places, and confirms the result: when the connection breaks, the server continues unseen.
 * Throws the error when the places are as before, or when the server gives no answer; then `state.swaps` is left for
 * the rollback and the post step.
 */
async function swapConfirmed(swaps: readonly FolderSwap[], work: SwapWork): Promise<void> {
  const { context, state } = work
  state.swaps = swaps.map(swap => ({ ...swap }))
  context.save()
  try {
    await serverOf(work).swap(swaps)
  } catch (error) {
    // A cancelled run has no time to check: its post step does.
    if (context.runtime.signal.aborted || !(await confirmSwap(swaps, work))) throw error
  }
  state.swaps = []
  context.save()
}

/** Rolls back the swaps of this run. */
export async function rollBackSwaps(work: SwapWork): Promise<void> {
  const { context, state } = work
  if (state.swaps.length === 0) return
  for (const place of await serverOf(work).unswap(state.swaps))
    context.runtime.log.info(`${place} is as it was before.`)
  state.swaps = []
  context.save()
}

/** Half a swap is rolled back. Throws nothing: the first error is more useful. */
async function confirmSwap(swaps: readonly FolderSwap[], work: SwapWork): Promise<boolean> {
  const { log } = work.context.runtime
  try {
    log.info('The result of the swap of the folders is unknown. Checking it on the server.')
    const states = await retryConnected(() => serverOf(work).swapState(swaps), work)
    if (states.every(state => state === 'done')) {
      log.info('All folders are in their places.')
      return true
    }
    await rollBackSwaps(work)
  } catch (error) {
    log.info(`The state of the folders is unknown: ${messageOf(error)}`)
  }
  return false
}

/** Over another connection, when this one is broken. */
async function retryConnected<T>(query: () => Promise<T>, { context }: SwapWork): Promise<T> {
  const { signal, runtime, reconnect } = context
  if (!signal.aborted) {
    try {
      return await query()
    } catch (error) {
      runtime.log.info(messageOf(error))
    }
  }
  await sleep(pauseMs, undefined, { signal: runtime.signal })
  await reconnect()
  return query()
}
