import { UserError } from '../../runtime/errors'
import { readPrivateKey } from '../../ssh/keys/private-key'
import { leastRsaBits } from '../../ssh/keys/public-key'
import { type SigningKey, signingKeyOf } from '../../ssh/keys/signing-key'
import { type InputReader, secret } from '../read'
import type { Signing } from './signed-by'

/** The secrets that the readers below read. */
export const signingSecrets = ['signing-key', 'ssh-key-passphrase'] as const

/** Of a backup: by default the key that logs in signs. Its own signatures are preferred. Throws UserError. */
export function backupSigning(signingKey: SigningKey | undefined, { privateKey }: { privateKey?: string }): Signing {
  const signer = signingKey ?? (privateKey === undefined ? undefined : strongKey(privateKey, 'ssh-key'))
  if (signer === undefined) return {}
  return { signer, trust: { signers: new Set([signer.publicKey.fingerprint]), demand: 'preferred' } }
}

/** The input `signing-key`; undefined when empty. */
export function readSigningKey(read: InputReader): SigningKey | undefined {
  const key = secret(read, 'signing-key')
  if (key === undefined) return undefined
  const passphrase = secret(read, 'ssh-key-passphrase')
  return strongKey(readPrivateKey(key, passphrase, 'signing-key'), 'signing-key')
}

function strongKey(privateKey: string, input: string): SigningKey {
  const key = signingKeyOf(privateKey)
  if (key !== undefined) return key
  throw new UserError(
    `Input "${input}" is an RSA key of fewer than ${leastRsaBits} bits, which is too weak to sign with.`,
    { advice: 'Make a new one: ssh-keygen -t ed25519 -N "" -f backup-key' },
  )
}
