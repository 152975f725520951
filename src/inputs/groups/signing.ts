import { readPrivateKey } from '../../ssh/keys/private-key'
import { type SigningKey, signingKeyOf } from '../../ssh/keys/signing-key'
import { type InputReader, secret } from '../read'
import type { Signing } from './signed-by'

/** The secrets that the readers below read. */
export const signingSecrets = ['signing-key', 'ssh-key-passphrase'] as const

/** Of a backup: by default the key that logs in signs. Its own signatures are preferred. Throws UserError. */
export function backupSigning(signingKey: SigningKey | undefined, { privateKey }: { privateKey?: string }): Signing {
  const signer = signingKey ?? (privateKey === undefined ? undefined : signingKeyOf(privateKey))
  if (signer === undefined) return {}
  return { signer, trust: { signers: new Set([signer.publicKey.fingerprint]), demand: 'preferred' } }
}

/** The input `signing-key`; undefined when empty. */
export function readSigningKey(read: InputReader): SigningKey | undefined {
  const key = secret(read, 'signing-key')
  if (key === undefined) return undefined
  const passphrase = secret(read, 'ssh-key-passphrase')
  return signingKeyOf(readPrivateKey(key, passphrase, 'signing-key'))
}
