import { createHash } from 'node:crypto'
import { readFields, sshString } from '../../ssh/keys/key-blob'
import { type PublicKey, publicKeyOf } from '../../ssh/keys/public-key'
import type { SigningKey } from '../../ssh/keys/signing-key'

/** What these signatures are for; `ssh-keygen -Y` calls it the namespace. */
const namespace = 'make-a-backup'

/** Who signed a text, or why nobody is known to have. `reason`: the end of a sentence about the signature. */
export type Signature = { kind: 'valid'; signer: PublicKey } | { kind: 'invalid'; reason: string }

/** What is under the key of a signature. */
export type FoundSignature = Signature | { kind: 'absent' } | { kind: 'denied' }

/** Signs a text as `ssh-keygen -Y sign -n make-a-backup` does (PROTOCOL.sshsig in the sources of OpenSSH). */
export function signText(text: string, key: SigningKey): string {
  const hash = 'sha512'
  const signature = key.sign(signedData(text, hash))
  const fields = [key.publicKey.blob, namespace, '', hash, signature].map(sshString)
  const blob = Buffer.concat([magic, version, ...fields])
  return [begin, ...(blob.toString('base64').match(/.{1,70}/g) ?? []), end, ''].join('\n')
}

/** Whose signature of this text it is. */
export function verifyText(text: string, armored: string): Signature {
  const fields = fieldsOf(armored)
  if (fields === undefined) return invalid('is no SSH signature')
  const [blob, space, , hash, signature] = fields
  const signer = publicKeyOf(blob)
  if (signer === undefined) return invalid('is by a kind of key that is not accepted')
  if (space.toString() !== namespace) return invalid('was made for another purpose')
  const name = hash.toString()
  if (name !== 'sha512' && name !== 'sha256') return invalid('uses a hash that is not accepted')
  return signer.verifies(signedData(text, name), signature)
    ? { kind: 'valid', signer }
    : invalid('is of other bytes than these')
}

const begin = '-----BEGIN SSH SIGNATURE-----'
const end = '-----END SSH SIGNATURE-----'
const magic = Buffer.from('SSHSIG')
const version = Buffer.from([0, 0, 0, 1])

function signedData(text: string, hash: 'sha512' | 'sha256'): Buffer {
  const digest = createHash(hash).update(text).digest()
  return Buffer.concat([magic, ...[namespace, '', hash, digest].map(sshString)])
}

type Fields = [publicKey: Buffer, namespace: Buffer, reserved: Buffer, hash: Buffer, signature: Buffer]

function fieldsOf(armored: string): Fields | undefined {
  const text = armored.trim().replaceAll('\r\n', '\n')
  if (!text.startsWith(`${begin}\n`) || !text.endsWith(`\n${end}`)) return undefined
  const blob = Buffer.from(text.slice(begin.length, -end.length), 'base64')
  const head = Buffer.concat([magic, version])
  if (!blob.subarray(0, head.length).equals(head)) return undefined
  const fields = readFields(blob.subarray(head.length)) ?? []
  return isFive(fields) ? fields : undefined
}

function isFive(fields: Buffer[]): fields is Fields {
  return fields.length === 5
}

function invalid(reason: string): Signature {
  return { kind: 'invalid', reason }
}
