import { isDenied, StoreError } from '../../store/store-error'
import { readSlot, type SlotState } from '../manifest/slot-state'
import { signatureKey, slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import { type FoundSignature, verifyText } from './ssh-signature'

/** Whose signature of this text is next to the key. Throws `StoreError` when the store gives no answer. */
export async function readSignature({ store }: Repository, key: string, text: string): Promise<FoundSignature> {
  try {
    const armored = await store.getText(signatureKey(key))
    return armored === undefined ? { kind: 'absent' } : verifyText(text, armored)
  } catch (error) {
    if (isDenied(error)) return { kind: 'denied' }
    if (error instanceof StoreError && error.code === 'TooLong') return { kind: 'invalid', reason: 'is too long' }
    throw error
  }
}

/** The fingerprint of who signed; undefined where nobody did. */
export function signerOf(signature: FoundSignature | undefined): string | undefined {
  return signature?.kind === 'valid' ? signature.signer.fingerprint : undefined
}

/** What a slot has; of a complete recovery point also its signature, where one is needed. */
export type SignedSlot = SlotState & { signature?: FoundSignature }

/** A slot's manifest, and its signature where signatures count. Throws `StoreError`. */
export function readSlotForTrust(repository: Repository, slot: string, bytesMax?: number): Promise<SignedSlot> {
  return repository.trust === undefined
    ? readSlot(repository, slot, bytesMax)
    : readSignedSlot(repository, slot, bytesMax)
}

const attemptsAtMost = 3

/** A slot's manifest and its signature, both of one moment: a backup may replace them in between. */
export async function readSignedSlot(repository: Repository, slot: string, bytesMax?: number): Promise<SignedSlot> {
  const key = slotKeys(repository.prefix, slot).manifest
  let state = await readSlot(repository, slot, bytesMax)
  for (let attempt = 1; ; attempt++) {
    if (state.kind !== 'complete') return state
    const signature = await readSignature(repository, key, state.text)
    if (signature.kind !== 'invalid' || attempt === attemptsAtMost) return { ...state, signature }
    const now = await readSlot(repository, slot, bytesMax)
    if (now.kind === 'complete' && now.text === state.text) return { ...state, signature }
    state = now
  }
}
