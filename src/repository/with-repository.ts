import type { Identity } from '../pipeline/age/identity'
import type { Recipient } from '../pipeline/age/recipient'
import { defined } from '../runtime/defined'
import type { StoreClock } from '../runtime/runtime'
import type { S3Settings } from '../store/s3/s3-settings'
import { openS3Store } from '../store/s3/s3-store'
import type { Store } from '../store/store'
import { encryptionTo } from './encryption/encryption'
import type { Repository } from './repository'

/** What of the inputs a repository depends on. */
export interface RepositoryInputs {
  s3: S3Settings
  signing: Pick<Repository, 'signer' | 'trust'>
  encryptTo?: readonly Recipient[]
  decryptionKey?: readonly Identity[]
}

/**
 * Runs work with the repository that the inputs of an action name, and closes its store in the end. `clock` learns the
 * store's time.
 */
export async function withRepository<T>(
  inputs: RepositoryInputs,
  clock: StoreClock,
  work: (own: Repository) => Promise<T>,
): Promise<T> {
  const store = openS3Store(inputs.s3, {}, clock)
  try {
    return await work(await repositoryIn(store, inputs))
  } finally {
    store.close()
  }
}

/** The repository in an open store. */
export async function repositoryIn(
  store: Store,
  { s3: { prefix }, signing, encryptTo = [], decryptionKey = [] }: RepositoryInputs,
): Promise<Repository> {
  const encryption = await encryptionTo(encryptTo, { signer: signing.signer, place: [store.name, prefix] })
  return { store, prefix, ...signing, ...defined({ encryption }), identities: decryptionKey }
}
