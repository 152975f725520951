import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  randomBytes,
} from 'node:crypto'
import { type Identity, type Recipient, Stanza } from 'age-encryption'
import { onCurve, toMontgomery } from './curve25519'

/** The public half of an SSH key, as the stanza needs it. */
export interface SshPublicKey {
  /** In SSH's binary form. */
  blob: Buffer
  /** The point, of 32 bytes. */
  point: Buffer
}

const type = 'ssh-ed25519'
const label = 'age-encryption.org/v1/ssh-ed25519'

/** Whether anybody can have the private half. */
export function isUsablePoint(point: Buffer): boolean {
  return onCurve(point)
}

/**
 * Gives file keys to an `ssh-ed25519` key, as age does: X25519 with the key's point, tied to the very key by a tweak of the
 * shared secret; the file key encrypted by what HKDF makes of it. (age's `agessh` package; the library has no SSH keys.)
 */
export function sshRecipient({ blob, point }: SshPublicKey): Recipient {
  return {
    wrapFileKey: fileKey => {
      const theirs = toMontgomery(point)
      const ephemeral = randomBytes(32)
      const share = x25519(ephemeral, basePoint)
      const key = wrappingKey(x25519(ephemeral, theirs), { blob, share, theirs })
      const cipher = createCipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 })
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()])
      return [new Stanza([type, base64(tagOf(blob)), base64(share)], body)]
    },
  }
}

/** Opens them again. `seed`: the private half, of 32 bytes. */
export function sshIdentity({ blob, point }: SshPublicKey, seed: Buffer): Identity {
  const scalar = createHash('sha512').update(seed).digest().subarray(0, 32)
  const theirs = toMontgomery(point)
  return {
    unwrapFileKey: stanzas => {
      for (const { args, body } of stanzas) {
        if (args[0] !== type || args[1] !== base64(tagOf(blob))) continue
        const share = Buffer.from(args[2] ?? '', 'base64')
        if (args.length !== 3 || share.length !== 32 || base64(share) !== args[2] || body.length !== 32) {
          throw new Error(`invalid ${type} stanza`)
        }
        const key = wrappingKey(x25519(scalar, share), { blob, share, theirs })
        const decipher = createDecipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 })
        decipher.setAuthTag(body.subarray(16))
        const fileKey = decipher.update(body.subarray(0, 16))
        try {
          decipher.final()
          return fileKey
        } catch {
          // Two keys may have the same tag.
        }
      }
      return null
    },
  }
}

function wrappingKey(shared: Buffer, { blob, share, theirs }: { blob: Buffer; share: Buffer; theirs: Buffer }): Buffer {
  const tweak = Buffer.from(hkdfSync('sha256', Buffer.alloc(0), blob, label, 32))
  const secret = x25519(tweak, shared)
  return Buffer.from(hkdfSync('sha256', secret, Buffer.concat([share, theirs]), label, 32))
}

/** Of the first four bytes, so that most keys need not be tried. */
function tagOf(blob: Buffer): Buffer {
  return createHash('sha256').update(blob).digest().subarray(0, 4)
}

const basePoint = Buffer.concat([Buffer.from([9]), Buffer.alloc(31)])
const privateHead = Buffer.from('302e020100300506032b656e04220420', 'hex')
const publicHead = Buffer.from('302a300506032b656e032100', 'hex')

/** Throws when the result is zero. */
function x25519(scalar: Buffer, point: Buffer): Buffer {
  return diffieHellman({
    privateKey: createPrivateKey({ key: Buffer.concat([privateHead, scalar]), format: 'der', type: 'pkcs8' }),
    publicKey: createPublicKey({ key: Buffer.concat([publicHead, point]), format: 'der', type: 'spki' }),
  })
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
