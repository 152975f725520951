import { type Identity as AgeIdentity, Decrypter, generateIdentity, identityToRecipient } from 'age-encryption'
import type { Ed25519Key } from '../../ssh/keys/ed25519-key'
import { type Recipient, recipientOf } from './recipient'
import { sshIdentity } from './ssh-ed25519'

/** The private half of a recipient. Never log it. */
export interface Identity {
  recipient(): Promise<Recipient>
  /** As the library takes it. */
  readonly age: string | AgeIdentity
}

/** Reads `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`. Undefined for anything else. */
export function identityOf(text: string): Identity | undefined {
  try {
    new Decrypter().addIdentity(text)
  } catch {
    return undefined
  }
  return { recipient: async () => known(recipientOf(await identityToRecipient(text))), age: text }
}

/** One that nobody else has, for as long as this program runs. */
export async function newIdentity(): Promise<Identity> {
  const identity = identityOf(await generateIdentity())
  if (identity === undefined) throw new TypeError('A new identity is one.')
  return identity
}

/** An SSH key that opens what is encrypted to its public half. */
export function identityOfSsh({ publicKey, seed }: Ed25519Key): Identity {
  return { recipient: async () => known(recipientOf(publicKey.line)), age: sshIdentity(publicKey, seed) }
}

function known(recipient: Recipient | undefined): Recipient {
  if (recipient === undefined) throw new TypeError('An identity has a recipient.')
  return recipient
}
