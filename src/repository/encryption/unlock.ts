import { type Finding, problem } from '../../findings/finding'
import { listed } from '../../findings/listed'
import { quotedName } from '../../findings/quoted-name'
import { LockedError, openBytes } from '../../pipeline/age/header'
import { CheckError } from '../../pipeline/check-error'
import type { RecoveryPoint } from '../repository'
import { keyedDigest, plainDigest } from './recorded-digest'

/** A recovery point whose contents can be read; or why they cannot. */
export type Unlocked<P extends RecoveryPoint> = { point: P } | { locked: Finding; hasKey: boolean }

/**
 * Opens a recovery point with the keys of this run: what is encrypted to its recipients proves that one of them is right,
 * before any of its objects is read. One that is not encrypted needs none.
 */
export async function unlock<P extends RecoveryPoint>(point: P, name: string): Promise<Unlocked<P>> {
  const { encryption } = point.manifest
  if (encryption === undefined) return { point: { ...point, recorded: plainDigest } }
  const identities = point.repository.identities ?? []
  const hasKey = identities.length > 0
  if (!hasKey) return { locked: locked(name, encryption.recipients, 'needs "decryption-key", which is empty'), hasKey }
  try {
    const key = await openBytes(Buffer.from(encryption.fingerprintKey, 'base64'), identities)
    return { point: { ...point, recorded: keyedDigest(key) } }
  } catch (error) {
    if (!(error instanceof CheckError)) throw error
    const why =
      error instanceof LockedError
        ? 'is not opened by any key in "decryption-key"'
        : `has a damaged "encryption" in its manifest: ${error.message}`
    return { locked: locked(name, encryption.recipients, why), hasKey }
  }
}

function locked(name: string, recipients: readonly string[], why: string): Finding {
  return problem(
    'encrypted',
    `${quotedName(name)} is encrypted, and ${why}. The private key of any of these opens it: ${listed(recipients.map(shortened), 10)}.`,
    'Pass the private key as "decryption-key": the file that "age-keygen" or "ssh-keygen" wrote, stored as a secret. With keys of several times, put each on a line of its own.',
  )
}

/** Post-quantum recipients have two thousand characters. */
function shortened(recipient: string): string {
  return recipient.length <= 120 ? recipient : `${recipient.slice(0, 40)}…${recipient.slice(-20)}`
}
