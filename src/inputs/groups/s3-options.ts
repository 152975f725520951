import { type Finding, warning } from '../../findings/finding'
import { readAll } from '../../findings/read-all'
import { wrongInput } from '../../findings/wrong-input'
import { defined } from '../../runtime/defined'
import { UserError } from '../../runtime/errors'
import type { Encryption, ObjectOptions } from '../../store/s3/s3-settings'
import { choice, type InputReader, optional } from '../read'

/** The inputs `s3-storage-class`, `s3-server-side-encryption` and `s3-kms-key-id`. Undefined when all are empty. */
export function loadObjectOptions(read: InputReader): ObjectOptions | undefined {
  const { storageClass, encryption } = readAll({
    storageClass: () => readStorageClass(read),
    encryption: () => readEncryption(read),
  })
  if (storageClass === undefined && encryption === undefined) return undefined
  return {
    ...defined({ storageClass, encryption }),
  }
}

/** Warns about a storage class with a minimum duration, which costs extra in a ring. Empty for all others. */
export function storageClassWarnings(storageClass: string | undefined): Finding[] {
  const minimum = storageClass === undefined ? undefined : minimumDays[storageClass]
  if (storageClass === undefined || minimum === undefined) return []
  const thaw = mustThaw.includes(storageClass)
    ? ' Restoring an object of this class from the archive takes hours before it can be read, also in an emergency, and it cannot be copied into longer tiers (`keep-daily` and so on).'
    : ''
  return [
    warning(
      'storage-class',
      `The storage class ${storageClass} charges for at least ${minimum} days, but a slot is overwritten sooner, after a week with the rotation hour-of-week: you pay for each replaced recovery point longer than it exists.${thaw}`,
      'Leave "s3-storage-class" empty or set it to INTELLIGENT_TIERING: both have no such minimum.',
    ),
  ]
}

/** https://aws.amazon.com/s3/storage-classes/: "minimum storage duration charge", in days. */
const minimumDays: Readonly<Record<string, number>> = {
  STANDARD_IA: 30,
  ONEZONE_IA: 30,
  GLACIER_IR: 90,
  GLACIER: 90,
  DEEP_ARCHIVE: 180,
}
const mustThaw = ['GLACIER', 'DEEP_ARCHIVE']

/** Accepts any name of this form, since other stores have other classes. */
function readStorageClass(read: InputReader): string | undefined {
  const value = optional(read, 's3-storage-class')
  if (value === undefined || /^[A-Z0-9][A-Z0-9_]{0,63}$/.test(value)) return value
  const likely = value.toUpperCase().replaceAll(/[\s-]+/g, '_')
  const advice = /^[A-Z0-9][A-Z0-9_]{0,63}$/.test(likely) ? `Did you mean ${likely}?` : 'For example: STANDARD_IA'
  throw wrongInput('s3-storage-class', 'be the name of a storage class in capitals', value, advice)
}

function readEncryption(read: InputReader): Encryption | undefined {
  const { kind, kmsKeyId } = readAll({
    kind: () => choice(read, 's3-server-side-encryption', ['AES256', 'aws:kms', 'aws:kms:dsse']),
    kmsKeyId: () => readKmsKeyId(read),
  })
  if (kmsKeyId === undefined) return kind === undefined ? undefined : { kind }
  if (kind === 'aws:kms' || kind === 'aws:kms:dsse') return { kind, kmsKeyId }
  throw new UserError(
    kind === undefined
      ? 'Input "s3-kms-key-id" is set without "s3-server-side-encryption".'
      : `Input "s3-kms-key-id" is set with s3-server-side-encryption: ${kind}.`,
    { advice: 'A key requires "aws:kms" or "aws:kms:dsse". Set one of them, or remove the key.' },
  )
}

/** An id, an ARN or `alias/…`. */
function readKmsKeyId(read: InputReader): string | undefined {
  const value = optional(read, 's3-kms-key-id')
  if (value === undefined || /^[A-Za-z0-9:/_.-]{1,2048}$/.test(value)) return value
  throw wrongInput('s3-kms-key-id', 'be the id, the ARN or the alias of a key', value, 'For example: alias/backups')
}
