import type { Store } from '../../store/store'
import { StoreError } from '../../store/store-error'
import { signatureKey, slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import { signText } from '../signatures/ssh-signature'

/** Whether a manifest was written. `unknown`: no answer came, and the object could not be read either. */
export type WriteOutcome = { written: 'yes' } | { written: 'no' | 'unknown'; error: StoreError }

/** Writes a manifest. Reads it back when the store does not confirm it: it may be there all the same. */
export async function writeManifest({ store, prefix }: Repository, slot: string, text: string): Promise<WriteOutcome> {
  const key = slotKeys(prefix, slot).manifest
  try {
    await store.putText(key, text, { contentType: 'application/json' })
    return { written: 'yes' }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return outcomeOf(store, key, text, error)
  }
}

async function outcomeOf(store: Store, key: string, text: string, error: StoreError): Promise<WriteOutcome> {
  try {
    return (await store.getText(key)) === text ? { written: 'yes' } : { written: 'no', error }
  } catch (readError) {
    if (!(readError instanceof StoreError)) throw readError
    const isRefused = error.status !== undefined && error.status >= 400 && error.status < 500
    return { written: isRefused ? 'no' : 'unknown', error }
  }
}

/** Writes the signature of a text that is about to be stored under the key, if this run signs. Throws `StoreError`. */
export async function writeSignature({ store, signer }: Repository, key: string, text: string): Promise<void> {
  if (signer === undefined) return
  await store.putText(signatureKey(key), signText(text, signer), { contentType: 'text/plain' })
}

/** Whether the manifest is still this text: no other run has recovered the slot. Throws `StoreError`. */
export async function isUnchanged({ store, prefix }: Repository, slot: string, text: string): Promise<boolean> {
  return (await store.getText(slotKeys(prefix, slot).manifest)) === text
}
