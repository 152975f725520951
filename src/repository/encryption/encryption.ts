import { randomBytes } from 'node:crypto'
import { sealBytes } from '../../pipeline/age/header'
import type { Recipient } from '../../pipeline/age/recipient'
import type { SigningKey } from '../../ssh/keys/signing-key'
import { keyedDigest, keyIdOf, type RecordedDigest } from './recorded-digest'

/** What a manifest says of the encryption of its objects. */
export interface EncryptionRecord {
  format: 'age'
  /** As `encrypt-to` has them, without comments. */
  recipients: string[]
  /** The key of the digests of its content, encrypted to the recipients: an age file in base64. */
  fingerprintKey: string
  /** Which key that is: the digests of two manifests can be compared only when it is the same. */
  fingerprintKeyId: string
}

/** How a run encrypts what it stores. */
export interface Encryption {
  readonly recipients: readonly Recipient[]
  readonly recorded: RecordedDigest
  readonly record: EncryptionRecord
  /** False: the next run will have another key, so nobody can compare digests of the two. */
  readonly isLasting: boolean
}

/**
 * The encryption of a run; undefined without recipients. The key of the digests comes from the key that signs, so that it
 * is the same in each run and no stranger can compute it; without one it is a new one. `place`: the bucket and the prefix,
 * so that two sites with one signing key have different ones.
 */
export async function encryptionTo(
  recipients: readonly Recipient[],
  { signer, place }: { signer: SigningKey | undefined; place: readonly string[] },
): Promise<Encryption | undefined> {
  if (recipients.length === 0) return undefined
  const key = signer?.derive(`make-a-backup fingerprints ${JSON.stringify(place)}`) ?? randomBytes(32)
  return {
    recipients,
    recorded: keyedDigest(key),
    record: {
      format: 'age',
      recipients: recipients.map(({ line }) => line),
      fingerprintKey: (await sealBytes(key, recipients)).toString('base64'),
      fingerprintKeyId: keyIdOf(key),
    },
    isLasting: signer !== undefined,
  }
}
