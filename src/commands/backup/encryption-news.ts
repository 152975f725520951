import { type Finding, warning } from '../../findings/finding'
import type { PreflightReport } from '../../findings/preflight'
import type { Encryption } from '../../repository/encryption/encryption'
import { hasSameRecipients } from '../../repository/encryption/test-object'
import type { Manifest } from '../../repository/manifest/manifest'
import { encryptionTestKey } from '../../repository/names/keys'
import type { Repository } from '../../repository/repository'
import { plural } from '../../runtime/text/format-count'
import { fetchCommand, type S3Place } from '../../store/s3/fetch-command'

/**
 * What to know when encryption begins, ends, or has other keys than in the last good recovery point: once, since then that
 * is the last one. `isKnown`: false where no recovery point can be read.
 */
export function encryptionNews(
  { encryption, prefix }: Repository,
  newest: Pick<Manifest, 'encryption'> | undefined,
  { isKnown, place }: { isKnown: boolean; place: S3Place },
): Finding[] {
  if (!isKnown) return []
  if (encryption === undefined) return newest?.encryption === undefined ? [] : [isOff(newest.encryption.recipients)]
  if (hasSameRecipients(encryption, newest)) return []
  const begun = `From this recovery point on, backups are encrypted to ${plural(encryption.recipients.length, 'key')}. Without the private half of one of them, nobody can restore them.`
  return [warning('encryption-begun', begun, howToTest(prefix, place)), ...weaknesses(encryption)]
}

/** The same for a dry run, which says it each time. */
export function encryptionReport({ encryption, prefix }: Repository, place: S3Place): PreflightReport {
  if (encryption === undefined)
    return { findings: [], facts: ['Recovery points are not encrypted: whoever can read the bucket can read them.'] }
  const { length } = encryption.recipients
  const fact = `Recovery points are encrypted to ${plural(length, 'key')}. ${howToTest(prefix, place)}`
  return { findings: weaknesses(encryption), facts: [fact] }
}

function howToTest(prefix: string, place: S3Place): string {
  return `Test the private key, after the first encrypted backup and once a year: ${fetchCommand(place, encryptionTestKey(prefix))} | age -d -i key.txt, or a dry run of the restore workflow with "decryption-key".`
}

function weaknesses({ recipients, isLasting }: Encryption): Finding[] {
  const findings: Finding[] = []
  if (recipients.length === 1) {
    const what = 'Backups are encrypted to a single key: if its private half is lost, so are all backups.'
    const fix = 'Add the public half of a second key to "encrypt-to", and keep that key in another place.'
    findings.push(warning('single-recipient', what, fix))
  }
  if (recipients.some(({ isPostQuantum }) => isPostQuantum)) {
    const what =
      'A post-quantum key ("age1pq1…") is opened by new programs of age alone: that of Debian 12 and Ubuntu 24.04 cannot do it.'
    findings.push(warning('post-quantum', what, 'See that the machine of the bad day has one: age --version'))
  }
  if (!isLasting) {
    const what =
      'Without a key that signs ("ssh-key" or "signing-key"), each encrypted backup has another key for the digests of tables: no job summary can say which tables changed.'
    findings.push(warning('fingerprints-differ', what, 'Set "signing-key" to a private SSH key.'))
  }
  return findings
}

function isOff(recipients: readonly string[]): Finding {
  return warning(
    'encryption-ended',
    `From this recovery point on, backups are not encrypted any more: "encrypt-to" is empty. The last one was encrypted to ${plural(recipients.length, 'key')}.`,
    'If that is not on purpose, write the public keys back into "encrypt-to": the manifest of the last recovery point has them.',
  )
}
