import type { ServerInventory } from './parse-inventory'

/** What a backup would meet on a server. What could not be found out is undefined. */
export interface HostFacts {
  /** The server's clock, in whole seconds. */
  clock: Date
  /** By name, what each tool says of itself ('' when nothing); those that are missing are not there. */
  tools: ReadonlyMap<string, string>
  /** Where locks are kept. */
  lockFolder: OwnFolder
  paths: ServerInventory['paths']
  /** Undefined without paths. */
  mirror?: OwnFolder
  /** On the disk that holds the mirror, for the SSH user. */
  freeBytes?: number
  estimate?: MirrorEstimate
  /** Views that stand on something that is gone: a dump ends there. */
  brokenViews: readonly { database: string; name: string }[]
  /** What went wrong on the way, rsync's rehearsal included; the rest was found out all the same. */
  problems: readonly Error[]
}

/** A folder that a backup makes for itself. `impossible`: it is not there and cannot be made. */
export interface OwnFolder {
  path: string
  state: FolderState
}

/** What a mirror lacks, by a rehearsal of rsync. */
interface MirrorEstimate {
  /** What rsync has yet to copy into the mirror. */
  missingBytes: number
  missingFiles: number
}

/** As the job `preflight` tells it. */
export type FolderState = 'present' | 'absent' | 'unusable' | 'impossible'
