import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** With this variable (script/encrypted) all that the scenarios back up is encrypted, and restored with the key. */
export const isEncrypted = process.env['MAKE_A_BACKUP_ENCRYPTED'] === 'yes'

/** The private keys of the tests, as `age-keygen` writes them. */
export const ageKeyFile = join(__dirname, 'age-key.txt')

/** Inputs of an action that encrypt or decrypt. */
export function encryptionInputs(name: string): Record<string, string> {
  if (!isEncrypted || name === 'list') return {}
  const file = readFileSync(ageKeyFile, 'utf8')
  const recipients = [...file.matchAll(/^# public key: (age1\w+)$/gm)].map(([, recipient]) => recipient)
  return name === '' ? { 'encrypt-to': recipients.join('\n') } : { 'decryption-key': file }
}

/** The key of an object with data, of that which it has without encryption. */
export function asStored(key: string): string {
  return isEncrypted ? `${key}.age` : key
}

/** What the first encrypted run of a bucket warns of, beside all else. */
export const encryptionNews: readonly { code: string; message: string }[] = isEncrypted
  ? [{ code: 'encryption-begun', message: expect.stringContaining('encrypted to 2 keys') }]
  : []
