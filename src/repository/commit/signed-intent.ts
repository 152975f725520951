import { hourMs } from '../../runtime/times'
import type { Manifest } from '../manifest/manifest'
import { serializeManifest } from '../manifest/manifest-codec'
import { slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import { signText, verifyText } from '../signatures/ssh-signature'

/** The intent with its own signature, if this run signs. */
export function signIntent({ signer }: Repository, intent: Manifest): Manifest {
  if (signer === undefined) return intent
  return { ...intent, signature: signText(serializeManifest(intent), signer) }
}

/**
 * The repository as the one who finishes this intent may use it: what this run's key has not signed, or what is stored
 * again long after it was written, is finished without a signature. So nobody who can write to the bucket gets
 * one by leaving an intent there. Throws `StoreError`.
 */
export async function finisherOf(repository: Repository, intent: Manifest): Promise<Repository> {
  const { signer, ...others } = repository
  return signer === undefined || (await isOwn(repository, intent)) ? repository : others
}

async function isOwn({ store, prefix, signer }: Repository, intent: Manifest): Promise<boolean> {
  const { signature: armored, ...signed } = intent
  if (armored === undefined) return false
  const signature = verifyText(serializeManifest(signed), armored)
  if (signature.kind !== 'valid' || signature.signer.fingerprint !== signer?.publicKey.fingerprint) return false
  const stored = await store.head(slotKeys(prefix, intent.slot).manifest)
  return stored !== undefined && stored.lastModified.getTime() - Date.parse(intent.finishedAt) <= hourMs
}
