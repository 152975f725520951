import { createPrivateKey } from 'node:crypto'
import { utils } from 'ssh2'
import { sshString } from './key-blob'

/** Both halves of a key of the type `ssh-ed25519`. Never log it. */
export interface Ed25519Key {
  /** `line`: `ssh-ed25519 AAAA…`; `blob`: SSH's binary form; `point`: 32 bytes. */
  readonly publicKey: { readonly line: string; readonly blob: Buffer; readonly point: Buffer }
  /** The private half, of 32 bytes. */
  readonly seed: Buffer
}

/** Of a key that `readPrivateKey` has read. Undefined for one of another type. */
export function ed25519KeyOf(privateKey: string): Ed25519Key | undefined {
  const parsed = utils.parseKey(privateKey)
  if (parsed instanceof Error || parsed.type !== 'ssh-ed25519') return undefined
  const { d, x } = createPrivateKey(parsed.getPrivatePEM()).export({ format: 'jwk' })
  if (d === undefined || x === undefined) return undefined
  const point = Buffer.from(x, 'base64url')
  const blob = Buffer.concat([sshString('ssh-ed25519'), sshString(point)])
  return {
    publicKey: { line: `ssh-ed25519 ${blob.toString('base64')}`, blob, point },
    seed: Buffer.from(d, 'base64url'),
  }
}
