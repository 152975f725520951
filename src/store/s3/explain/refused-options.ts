import type { S3Fault } from '../s3-fault'
import type { Explanation, S3Operation } from './explanation'

/**
 * The store lacks a storage class, or a kind of encryption, that an input asks for. Undefined when the refusal is about
 * something else. Ceph answers `InvalidArgument`, R2 `NotImplemented`.
 */
export function refusedOptions(fault: S3Fault, { passesOn = {} }: S3Operation): Explanation | undefined {
  const { code, message, status } = fault
  const isAboutKey = /^KMS\./i.test(code)
  const isAboutClass = /storage.?class/i.test(`${code} ${message}`)
  const isAboutEncryption = isAboutKey || /encryption|kms/i.test(`${code} ${message}`)
  if (!isAboutKey && !isAboutClass && !unclear.test(code) && status !== 501) return undefined
  const names = Object.keys(passesOn)
  const about = names.filter(name =>
    isAboutClass ? name === 's3-storage-class' : !isAboutEncryption || name !== 's3-storage-class',
  )
  if (about.length === 0) return undefined
  const inputs = about.map(name => `"${name}" (got "${passesOn[name]}")`).join(' and ')
  return {
    reason: `the store does not accept ${inputs}`,
    advice: `Leave ${about.length > 1 ? 'these inputs' : 'this input'} empty, or set to what the documentation of the store names. With the same value another run ends in the same way.`,
  }
}

const unclear = /^(InvalidArgument|InvalidRequest|NotImplemented|MalformedPolicy|InvalidEncryptionAlgorithmError)$/
