import type { KeyObject } from 'node:crypto'
import { sshString } from './key-blob'

/** An Ed25519 private key in OpenSSH's format, unencrypted (PROTOCOL.key): ssh2 accepts no other for this type. */
export function encodeEd25519Key(key: KeyObject): string {
  const { d, x } = key.export({ format: 'jwk' })
  if (d === undefined || x === undefined) throw new TypeError('An Ed25519 private key has both halves.')
  const publicHalf = Buffer.from(x, 'base64url')
  const privateHalf = Buffer.from(d, 'base64url')
  const type = 'ssh-ed25519'
  // Two equal numbers that show a reader that decryption worked. Without encryption any number will do.
  const check = Buffer.alloc(8)
  const secret = Buffer.concat([
    check,
    sshString(type),
    sshString(publicHalf),
    sshString(Buffer.concat([privateHalf, publicHalf])),
    sshString(''),
  ])
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (secret.length % 8)) % 8))
  const data = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    Buffer.from([0, 0, 0, 1]),
    sshString(Buffer.concat([sshString(type), sshString(publicHalf)])),
    sshString(Buffer.concat([secret, padding])),
  ])
  const lines = data.toString('base64').match(/.{1,70}/g) ?? []
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n')
}
