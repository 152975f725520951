import type { Store } from '../store/store'
import type { Manifest } from './manifest/manifest'
import { listingPrefix, suspectFolder } from './names/keys'

/** The folder of one site in a bucket: a store and a prefix. */
export interface Repository {
  readonly store: Store
  /** Without a slash at either end; '' for the bucket's root. */
  readonly prefix: string
}

/** A recovery point, as its manifest has it, and the repository that it is in. */
export interface RecoveryPoint {
  readonly repository: Repository
  readonly manifest: Manifest
}

/** Where recovery points are that did not pass the shrink guard, named as the ring's slots. */
export function suspectsOf({ store, prefix }: Repository): Repository {
  return { store, prefix: `${listingPrefix(prefix)}${suspectFolder}` }
}
