import { type Recipient as AgeRecipient, Encrypter } from 'age-encryption'
import { readFields } from '../../ssh/keys/key-blob'
import { isUsablePoint, sshRecipient } from './ssh-ed25519'

/** Whoever has the private half can read what is encrypted to it. */
export interface Recipient {
  /** `age1…` or `ssh-ed25519 AAAA…`, without a comment: what manifests have. */
  readonly line: string
  /** Only newer programs open what is encrypted to it. */
  readonly isPostQuantum: boolean
  /** As the library takes it. */
  readonly age: string | AgeRecipient
}

/** Reads a recipient: `age1…`, `age1pq1…`, or an SSH key of the type `ssh-ed25519`. Undefined for anything else. */
export function recipientOf(text: string): Recipient | undefined {
  return /^age1/.test(text) ? nativeRecipient(text) : sshRecipientOf(text)
}

function nativeRecipient(line: string): Recipient | undefined {
  const isPostQuantum = line.startsWith('age1pq1')
  // Of others the private half is in a device or a program that a runner does not have.
  if (!isPostQuantum && line.lastIndexOf('1') !== 'age'.length) return undefined
  try {
    new Encrypter().addRecipient(line)
  } catch {
    return undefined
  }
  return { line, isPostQuantum, age: line }
}

function sshRecipientOf(text: string): Recipient | undefined {
  const [type, base64 = ''] = text.split(/\s+/)
  const blob = Buffer.from(base64, 'base64')
  const [inside, point, ...rest] = readFields(blob) ?? []
  const isWhole = type === 'ssh-ed25519' && inside?.toString('latin1') === type && rest.length === 0
  if (!isWhole || point === undefined || !isUsablePoint(point)) return undefined
  return { line: `${type} ${blob.toString('base64')}`, isPostQuantum: false, age: sshRecipient({ blob, point }) }
}
