import type { Identity } from '../pipeline/age/identity'
import type { SigningKey } from '../ssh/keys/signing-key'
import type { Store } from '../store/store'
import type { Encryption } from './encryption/encryption'
import type { RecordedDigest } from './encryption/recorded-digest'
import type { Manifest } from './manifest/manifest'
import { listingPrefix, suspectFolder } from './names/keys'
import type { Trust } from './signatures/trust'

/** The folder of one site in a bucket: a store and a prefix, and how a run knows what is genuine there. */
export interface Repository {
  readonly store: Store
  /** Without a slash at either end; '' for the bucket's root. */
  readonly prefix: string
  /** Signs the manifests and proofs of this run. Undefined: they are not signed. */
  readonly signer?: SigningKey
  /** Whose signatures count. Undefined: none is needed. */
  readonly trust?: Trust
  /** How this run encrypts what it stores. Undefined: it does not. */
  readonly encryption?: Encryption
  /** Open what is encrypted. */
  readonly identities?: readonly Identity[]
}

/** A recovery point, as its manifest has it, and the repository that it is in. */
export interface RecoveryPoint {
  readonly repository: Repository
  readonly manifest: Manifest
  /** How its manifest records digests of content; see `unlock`. Absent: as they are. */
  readonly recorded?: RecordedDigest
}

/** Where recovery points are that did not pass the shrink guard, named as the ring's slots. */
export function suspectsOf(repository: Repository): Repository {
  return { ...repository, prefix: `${listingPrefix(repository.prefix)}${suspectFolder}` }
}
