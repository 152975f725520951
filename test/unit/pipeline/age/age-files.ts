import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { generateHybridIdentity, generateIdentity } from 'age-encryption'
import { type Identity, identityOf, identityOfSsh } from '../../../../src/pipeline/age/identity'
import { open } from '../../../../src/pipeline/age/open'
import { type Recipient, recipientOf } from '../../../../src/pipeline/age/recipient'
import { seal } from '../../../../src/pipeline/age/seal'
import type { Filter } from '../../../../src/pipeline/filter'
import { ed25519KeyOf } from '../../../../src/ssh/keys/ed25519-key'
import { makeKeyPair } from '../../ssh/keys/some-keys'

/** Both halves of a key. `secret`: as a file for `age -i`. */
export interface AgeKey {
  recipient: Recipient
  identity: Identity
  secret: string
}

/** A new key: X25519, post-quantum, or one of `ssh-keygen`. */
export async function anAgeKey(kind: 'x25519' | 'post-quantum' | 'ssh-ed25519' = 'x25519'): Promise<AgeKey> {
  if (kind === 'ssh-ed25519') {
    const { privateKey, publicKey } = makeKeyPair()
    const key = ed25519KeyOf(privateKey)
    const recipient = recipientOf(publicKey)
    if (key === undefined || recipient === undefined) throw new Error('ssh-keygen made no key')
    return { recipient, identity: identityOfSsh(key), secret: privateKey }
  }
  const secret = await (kind === 'x25519' ? generateIdentity() : generateHybridIdentity())
  const identity = identityOf(secret)
  if (identity === undefined) throw new Error('no identity')
  return { recipient: await identity.recipient(), identity, secret: `${secret}\n` }
}

/** What a filter makes of bytes that arrive in pieces of this size. */
export async function through(
  { stages }: Pick<Filter<unknown>, 'stages'>,
  bytes: Buffer,
  pieceBytes = 50_000,
): Promise<Buffer> {
  const out: Buffer[] = []
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      out.push(chunk)
      done()
    },
  })
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  )
  await pipeline([Readable.from(pieces), ...stages, sink])
  return Buffer.concat(out)
}

/** Bytes as an age file for these keys. */
export async function sealed(bytes: Buffer, ...keys: readonly AgeKey[]): Promise<Buffer> {
  return through(await seal(keys.map(({ recipient }) => recipient)), bytes)
}

/** The bytes of an age file, by these keys. */
export function opened(file: Buffer, ...keys: readonly AgeKey[]): Promise<Buffer> {
  return through(open(keys.map(({ identity }) => identity)), file)
}
