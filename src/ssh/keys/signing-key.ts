import { createPrivateKey, hkdfSync, sign } from 'node:crypto'
import { utils } from 'ssh2'
import { sshString } from './key-blob'
import { algorithms, type PublicKey, publicKeyOf } from './public-key'

/** A private key that signs. Never log it. */
export interface SigningKey {
  readonly publicKey: PublicKey
  /** The signature of these bytes in SSH's binary form. RSA keys sign with SHA-512. */
  sign(data: Buffer): Buffer
  /** A secret of 32 bytes that only this key gives, always the same for a purpose. */
  derive(purpose: string): Buffer
}

/** Of a key that `readPrivateKey` has read: it refuses what cannot sign, or is too weak. */
export function signingKeyOf(privateKey: string): SigningKey {
  const parsed = utils.parseKey(privateKey)
  if (parsed instanceof Error) throw new TypeError('The private key was not read before.')
  const publicKey = publicKeyOf(parsed.getPublicSSH())
  const algorithm = algorithms.find(({ type }) => publicKey?.line.startsWith(`${type} `))
  const [name, hash] = Object.entries(algorithm?.hashes ?? {})[0] ?? []
  if (publicKey === undefined || algorithm === undefined || name === undefined || hash === undefined)
    throw new TypeError('The private key is of a kind that cannot sign.')
  const key = createPrivateKey(parsed.getPrivatePEM())
  return {
    publicKey,
    sign: data => {
      const bytes = sign(hash, data, { key, dsaEncoding: 'ieee-p1363' })
      return Buffer.concat([sshString(name), sshString(algorithm.encode(bytes))])
    },
    derive: purpose => {
      const secret = key.export({ type: 'pkcs8', format: 'der' })
      return Buffer.from(hkdfSync('sha256', secret, 'make-a-backup', purpose, 32))
    },
  }
}
