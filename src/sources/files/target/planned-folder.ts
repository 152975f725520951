import type { TargetPlace } from '../../host/parse-target'

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
