import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { fingerprintOf } from './host-keys'
import { isWeakKey, readFields, sshString } from './key-blob'

/** A public key that has an identity, and that can check a signature. */
export interface PublicKey {
  /** `SHA256:…` */
  readonly fingerprint: string
  /** As a line of a file: `ssh-ed25519 AAAA…` */
  readonly line: string
  /** In SSH's binary form (RFC 4253, 6.6). */
  readonly blob: Buffer
  /** Whether this signature, in SSH's binary form, is of these bytes by this key. */
  verifies(data: Buffer, signature: Buffer): boolean
}

/**
 * A key in SSH's binary form: Ed25519 (RFC 8709), ECDSA (RFC 5656), RSA (RFC 8332, of 2048 bits or more). Undefined for
 * other types, and for one that is damaged or too short.
 */
export function publicKeyOf(blob: Buffer): PublicKey | undefined {
  const [type = Buffer.alloc(0), ...parts] = readFields(blob) ?? []
  const name = type.toString('latin1')
  const algorithm = algorithms.find(each => each.type === name)
  const key = algorithm && keyObject(algorithm.jwk(parts))
  if (algorithm === undefined || key === undefined || isWeakKey(blob)) return undefined
  return {
    ...{ blob, fingerprint: fingerprintOf(blob), line: `${name} ${blob.toString('base64')}` },
    verifies: (data, signature) => {
      const [signedWith, raw, ...rest] = readFields(signature) ?? []
      if (signedWith === undefined || raw === undefined || rest.length > 0) return false
      const hash = algorithm.hashes[signedWith.toString('latin1')]
      const bytes = hash === undefined ? undefined : algorithm.decode(raw)
      if (hash === undefined || bytes === undefined) return false
      return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, bytes)
    },
  }
}

/** How a type of key signs. */
export interface SignatureAlgorithm {
  readonly type: string
  /** By the name in a signature: the hash of the data; null where the algorithm has its own. The first one signs. */
  readonly hashes: Readonly<Record<string, string | null>>
  /** Of what follows the type in a public key; undefined when that is damaged. */
  jwk(parts: readonly Buffer[]): JsonWebKey | undefined
  /** From what OpenSSL makes to what a signature has, and back. */
  encode(bytes: Buffer): Buffer
  decode(raw: Buffer): Buffer | undefined
}

const asIs = (bytes: Buffer): Buffer => bytes

export const algorithms: readonly SignatureAlgorithm[] = [
  {
    type: 'ssh-ed25519',
    hashes: { 'ssh-ed25519': null },
    jwk: ([x]) => (x === undefined ? undefined : { kty: 'OKP', crv: 'Ed25519', x: base64url(x) }),
    ...{ encode: asIs, decode: asIs },
  },
  ecdsa(256, 'sha256', 32),
  ecdsa(384, 'sha384', 48),
  ecdsa(521, 'sha512', 66),
  {
    type: 'ssh-rsa',
    hashes: { 'rsa-sha2-512': 'sha512', 'rsa-sha2-256': 'sha256' },
    jwk: ([e, n]) =>
      e === undefined || n === undefined ? undefined : { kty: 'RSA', e: base64url(e), n: base64url(withoutZeros(n)) },
    ...{ encode: asIs, decode: asIs },
  },
]

/** `bytes`: of a coordinate, and of each half of a signature. */
function ecdsa(bits: number, hash: string, bytes: number): SignatureAlgorithm {
  const type = `ecdsa-sha2-nistp${bits}`
  return {
    type,
    hashes: { [type]: hash },
    jwk: ([, point]) =>
      point?.length !== 1 + 2 * bytes || point[0] !== 4
        ? undefined
        : {
            ...{ kty: 'EC', crv: `P-${bits}` },
            ...{ x: base64url(point.subarray(1, 1 + bytes)), y: base64url(point.subarray(1 + bytes)) },
          },
    encode: raw => Buffer.concat([raw.subarray(0, bytes), raw.subarray(bytes)].map(half => sshString(positive(half)))),
    decode: raw => {
      const halves = readFields(raw)?.map(withoutZeros) ?? []
      if (halves.length !== 2 || halves.some(half => half.length > bytes)) return undefined
      return Buffer.concat(halves.flatMap(half => [Buffer.alloc(bytes - half.length), half]))
    },
  }
}

function keyObject(jwk: JsonWebKey | undefined): KeyObject | undefined {
  if (jwk === undefined) return undefined
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    // A point that is not on the curve, a modulus of nothing.
    return undefined
  }
}

/** A number that is not negative, as RFC 4251 writes it: a zero before a first bit that is set. */
function positive(bytes: Buffer): Buffer {
  const number = withoutZeros(bytes)
  return (number[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), number]) : number
}

function withoutZeros(bytes: Buffer): Buffer {
  const first = bytes.findIndex(byte => byte !== 0)
  return first < 0 ? Buffer.alloc(0) : bytes.subarray(first)
}

function base64url(bytes: Buffer): string {
  return bytes.toString('base64url')
}
