import { type Finding, warning } from '../../findings/finding'
import type { PreflightReport } from '../../findings/preflight'
import { openText, sealText } from '../../pipeline/age/header'
import { CheckError } from '../../pipeline/check-error'
import { messageOf } from '../../runtime/errors'
import type { WallClock } from '../../runtime/runtime'
import { isDenied, StoreError } from '../../store/store-error'
import type { Manifest } from '../manifest/manifest'
import { encryptionTestKey } from '../names/keys'
import type { Repository } from '../repository'
import type { Encryption } from './encryption'

/** Whether the last good recovery point was encrypted to the same keys. */
export function hasSameRecipients({ record }: Encryption, newest: Pick<Manifest, 'encryption'> | undefined): boolean {
  const before = newest?.encryption?.recipients ?? []
  return before.length === record.recipients.length && record.recipients.every(line => before.includes(line))
}

/**
 * Stores a small object that the private keys open, for people to try them: anew when there are other recipients than the
 * last time, and when it is gone. A failure is a warning.
 */
export async function writeEncryptionTest(
  { store, prefix, encryption }: Repository,
  newest: Pick<Manifest, 'encryption'> | undefined,
  clock: Pick<WallClock, 'now'>,
): Promise<Finding[]> {
  if (encryption === undefined) return []
  const key = encryptionTestKey(prefix)
  try {
    if (hasSameRecipients(encryption, newest) && (await isThere(store, key))) return []
    const text = `This key opens the backups in ${store.name}${prefix === '' ? '' : `, folder ${prefix}`}. Made ${clock.now().toISOString()}.\n`
    await store.putText(key, await sealText(text, encryption.recipients), { contentType: 'text/plain' })
    return []
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    const what = `The object to try a private key on, "${key}", could not be written: ${messageOf(error)}`
    return [warning('encryption-test', what)]
  }
}

async function isThere(store: Repository['store'], key: string): Promise<boolean> {
  try {
    return (await store.head(key)) !== undefined
  } catch (error) {
    if (isDenied(error)) return true
    throw error
  }
}

/** Tries the keys of this run on that object, for a dry run. Nothing to say without keys. */
export async function testKeys({ store, prefix, identities = [] }: Repository): Promise<PreflightReport> {
  if (identities.length === 0) return { findings: [], facts: [] }
  const key = encryptionTestKey(prefix)
  try {
    const file = await store.getText(key)
    if (file === undefined)
      return { findings: [], facts: [`There is no "${key}": no backup of this prefix is encrypted yet.`] }
    await openText(file, identities)
    return {
      findings: [],
      facts: [`The private key in "decryption-key" opens "${key}", as it will open the next backups.`],
    }
  } catch (error) {
    if (!(error instanceof CheckError || error instanceof StoreError)) throw error
    const what = `No key in "decryption-key" opens "${key}", which the newest backups can be tried on: ${messageOf(error)}`
    const fix = 'Compare "encrypt-to" of the backup with the public half of the key: age-keygen -y key.txt'
    return { findings: [warning('encryption-test', what, fix)], facts: [] }
  }
}
