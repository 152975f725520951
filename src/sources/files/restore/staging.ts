import { cutName, isInside } from '../plan/folder-paths'
import { isPart, type PlannedFolder } from '../target/planned-folder'
import { type FolderWork, serverOf } from './folder-work'
import { folderContent, type RereadFiles } from './reread-files'
import { rollBackSwaps } from './swap-folders'

/**
 * Each next to its own place: users who may write to its parent folder must not reach the unpacked files of another
 * one. Only folders with hard links to each other are unpacked together. A part of a folder never is with that one, nor
 * with what its hard links lead to: both would be the same files.
 */
export function unpackedTogether(folders: readonly PlannedFolder[], files: RereadFiles): PlannedFolder[][] {
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

/** A new staging folder for folders that are unpacked together. It is removed with the rollback. */
export function beginStaging(together: readonly PlannedFolder[], work: FolderWork): string {
  const { state, context } = work
  const staging = stagingFor(together, context.stamp, state.staging)
  state.staging = [...state.staging, staging]
  context.save()
  addRollback(staging, work)
  return staging
}

function stagingFor([first]: readonly PlannedFolder[], stamp: string, taken: readonly string[]): string {
  if (first === undefined) throw new TypeError('Without folders there is no staging folder.')
  const name = first.target.slice(first.target.lastIndexOf('/') + 1)
  const staging = `${first.parent === '/' ? '' : first.parent}/.${cutName(name, 150)}.restoring-${stamp}`
  return taken.includes(staging) ? `${staging}-${taken.length}` : staging
}

/** Removes it, when something in it is not what it should be. */
export async function removeUnpacked(staging: string, work: FolderWork): Promise<void> {
  const { state, context } = work
  await serverOf(work).removeStaging({ staging: [staging], owner: context.owner, swaps: [] })
  state.staging = state.staging.filter(each => each !== staging)
  context.save()
}

function addRollback(staging: string, work: FolderWork): void {
  const { state, context } = work
  let isThere = true
  context.rollback.add({
    get undone() {
      return isThere ? `What was unpacked into ${staging} is removed` : ''
    },
    left: { what: `Unpacked files are in ${staging}: the post step removes them.`, commands: [] },
    // Half a swap is left to the post step, which checks the databases too.
    get isQuick() {
      return state.swaps.length === 0
    },
    run: async () => {
      isThere = state.staging.includes(staging)
      await rollBackSwaps(work)
      if (isThere) await removeUnpacked(staging, work)
    },
  })
}
