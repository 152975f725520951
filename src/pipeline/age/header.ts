import { armor, Decrypter, Encrypter } from 'age-encryption'
import { messageOf } from '../../runtime/errors'
import { CheckError } from '../check-error'
import type { Identity } from './identity'
import type { Recipient } from './recipient'

/** None of the identities opens it. */
export class LockedError extends CheckError {}

/** Of one stream. */
export const recipientsMax = 100

/** More than those need, of whatever kind: a longer header is none of ours. */
export const headerBytesMax = 256 * 1024

const firstLine = 'age-encryption.org/v1\n'

/** A new file key, and the header that gives it to each recipient. */
export async function sealHeader(recipients: readonly Recipient[]): Promise<{ header: Buffer; fileKey: Uint8Array }> {
  if (recipients.length === 0) throw new TypeError('There is nobody to encrypt to.')
  const encrypter = new Encrypter()
  for (const { age } of recipients) encrypter.addRecipient(age)
  // The library keeps the file key for itself, and shows it to recipients of any type.
  const seen: Uint8Array[] = []
  encrypter.addRecipient({
    wrapFileKey: key => {
      seen.push(Uint8Array.from(key))
      return []
    },
  })
  const file = Buffer.from(await encrypter.encrypt(new Uint8Array(0)))
  const [fileKey] = seen
  const end = findHeaderEnd(file)
  if (fileKey === undefined || end === undefined) throw new TypeError('The header could not be made.')
  return { header: file.subarray(0, end), fileKey }
}

/** The index behind the header's last line; undefined: it is not whole yet. Throws `CheckError` for other things. */
export function findHeaderEnd(bytes: Buffer): number | undefined {
  const begun = bytes.toString('latin1', 0, firstLine.length)
  if (!firstLine.startsWith(begun)) {
    throw new CheckError('It is not encrypted with age: it does not begin as an age file, in the binary form, does.')
  }
  const mac = bytes.indexOf('\n--- ')
  const end = mac < 0 ? -1 : bytes.indexOf('\n', mac + 1)
  return end < 0 ? undefined : end + 1
}

/** The file key. Throws `LockedError` when no identity opens it, `CheckError` when the header is damaged. */
export async function openHeader(header: Buffer, identities: readonly Identity[]): Promise<Uint8Array> {
  const decrypter = new Decrypter()
  for (const { age } of identities) decrypter.addIdentity(age)
  try {
    return await decrypter.decryptHeader(header)
  } catch (error) {
    const isLocked = messageOf(error).startsWith('no identity matched')
    if (isLocked) throw new LockedError('It is encrypted to other recipients.', { cause: error })
    throw new CheckError(`The header of the age stream is damaged: ${messageOf(error)}.`, { cause: error })
  }
}

/** A few bytes as an age file. */
export async function sealBytes(bytes: Uint8Array, recipients: readonly Recipient[]): Promise<Buffer> {
  const encrypter = new Encrypter()
  for (const { age } of recipients) encrypter.addRecipient(age)
  return Buffer.from(await encrypter.encrypt(bytes))
}

/** Opens it again; throws as `openHeader`. */
export async function openBytes(file: Buffer, identities: readonly Identity[]): Promise<Buffer> {
  const end = findHeaderEnd(file)
  if (end === undefined) throw new CheckError('The age stream is cut off within its header.')
  await openHeader(file.subarray(0, end), identities)
  const decrypter = new Decrypter()
  for (const { age } of identities) decrypter.addIdentity(age)
  try {
    return Buffer.from(await decrypter.decrypt(file))
  } catch (error) {
    throw new CheckError('The age stream is damaged behind its header.', { cause: error })
  }
}

/** A text as an age file that is itself a text (the armor of age), which the program `age` opens as any other. */
export async function sealText(text: string, recipients: readonly Recipient[]): Promise<string> {
  return armor.encode(await sealBytes(Buffer.from(text), recipients))
}

/** Opens it again; throws as `openHeader`. */
export async function openText(file: string, identities: readonly Identity[]): Promise<string> {
  let bytes: Uint8Array
  try {
    bytes = armor.decode(file)
  } catch (error) {
    throw new CheckError('It is not an age file in the form of a text.', { cause: error })
  }
  return (await openBytes(Buffer.from(bytes), identities)).toString('utf8')
}
