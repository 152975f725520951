import type { Store } from '../store/store'
import type { Manifest } from './manifest/manifest'
import { listingPrefix, suspectFolder } from './names/keys'

/** What is kept below one prefix of a store. Everything that asks for a store and a prefix asks for this. */
export interface Repository {
  readonly store: Store
  /** Without a slash at either end; '' for the bucket's root. */
  readonly prefix: string
}

/** A recovery point, as its manifest has it, and the repository that this manifest lies in. */
export interface RecoveryPoint {
  readonly repository: Repository
  readonly manifest: Manifest
}

/** Where recovery points lie that did not pass the shrink guard, under the names of the ring's slots. */
export function suspectsOf({ store, prefix }: Repository): Repository {
  return { store, prefix: `${listingPrefix(prefix)}${suspectFolder}` }
}
