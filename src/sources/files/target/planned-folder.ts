import type { FolderTargetFacts, TargetPlace } from './folder-target-facts'

/** Which folder of a recovery point is to go where. */
export interface FolderPart {
  /** As in the manifest. */
  path: string
  /** The place it gets. */
  target: string
}

/** A folder that is to be restored, and what stands at its place. */
export interface PlannedFolder extends FolderPart {
  state: TargetPlace['state']
  /** The nearest folder above that is there; files are unpacked in it. */
  parent: string
  /** Which folders share a disk. */
  mount: string
}

/**
 * A folder whose place is unknown is not planned, and what is not planned is not restored. `parts`: in the order of
 * `places`.
 */
export function plannedFolders(parts: readonly FolderPart[], { places }: FolderTargetFacts): PlannedFolder[] {
  return parts.flatMap((part, index): PlannedFolder[] => {
    const place = places[index]
    if (place === undefined) return []
    const { state, parent, mount } = place
    return [{ ...part, state, parent, mount }]
  })
}
