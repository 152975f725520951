import { createPrivateKey, sign } from 'node:crypto'
import { utils } from 'ssh2'
import { readFields, sshString } from './key-blob'
import { algorithms, type PublicKey, publicKeyOf } from './public-key'

/** A private key that signs. Never log it. */
export interface SigningKey {
  readonly publicKey: PublicKey
  /** The signature of these bytes in SSH's binary form. RSA keys sign with SHA-512. */
  sign(data: Buffer): Buffer
}

/** Of a key that `readPrivateKey` has read. Undefined for one that is too weak to sign: RSA below 2048 bits. */
export function signingKeyOf(privateKey: string): SigningKey | undefined {
  const parsed = utils.parseKey(privateKey)
  if (parsed instanceof Error) throw new TypeError('The private key was not read before.')
  const publicKey = publicKeyOf(parsed.getPublicSSH())
  if (publicKey === undefined) return undefined
  const key = createPrivateKey(parsed.getPrivatePEM())
  const type = readFields(publicKey.blob)?.[0]?.toString('latin1')
  const algorithm = algorithms.find(each => each.type === type)
  const [name, hash] = Object.entries(algorithm?.hashes ?? {})[0] ?? []
  if (algorithm === undefined || name === undefined || hash === undefined) return undefined
  return {
    publicKey,
    sign: data => {
      const bytes = sign(hash, data, { key, dsaEncoding: 'ieee-p1363' })
      return Buffer.concat([sshString(name), sshString(algorithm.encode(bytes))])
    },
  }
}
