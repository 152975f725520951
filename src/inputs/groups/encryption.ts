import { mapAll } from '../../findings/read-all'
import { wrongInput } from '../../findings/wrong-input'
import { recipientsMax } from '../../pipeline/age/header'
import { type Identity, identityOf, identityOfSsh } from '../../pipeline/age/identity'
import { type Recipient, recipientOf } from '../../pipeline/age/recipient'
import { UserError } from '../../runtime/errors'
import { ed25519KeyOf } from '../../ssh/keys/ed25519-key'
import { readPrivateKey } from '../../ssh/keys/private-key'
import { type InputReader, lines, secret } from '../read'

/** The input `encrypt-to`: public keys, one per line. Empty: nothing is encrypted. */
export function readEncryptTo(read: InputReader): readonly Recipient[] {
  const text = read.input('encrypt-to')
  if (text === '') return []
  refusePrivateKey(read, text)
  const items = lines(read, 'encrypt-to')
  // Comments alone would silently encrypt nothing.
  if (items.length === 0)
    throw new UserError('Input "encrypt-to" has no recipient: it has comments alone.', { advice: howToRecipients })
  const recipients = mapAll(items, readRecipient)
  const unique = recipients.filter(({ line }, index) => recipients.findIndex(other => other.line === line) === index)
  if (unique.length <= recipientsMax) return unique
  throw wrongInput(
    'encrypt-to',
    `name at most ${recipientsMax} keys`,
    String(unique.length),
    'Give several people one key.',
  )
}

const howToRecipients =
  'Write "age1…", which "age-keygen" prints as the public key, or an SSH key, "ssh-ed25519 AAAA…". To make a key: age-keygen -o key.txt'

/** It is no secret input, so it is masked before a word about it is written. */
function refusePrivateKey(read: InputReader, text: string): void {
  if (!/AGE-SECRET-KEY-|AGE-PLUGIN-|PRIVATE KEY|PuTTY-User-Key-File/i.test(text)) return
  read.mask(text)
  throw new UserError('Input "encrypt-to" has a private key. It takes public keys.', {
    advice: `Make a new key, since others may have read this one here, and keep its private half away from this workflow. ${howToRecipients}`,
  })
}

function readRecipient(item: string): Recipient {
  const recipient = recipientOf(item)
  if (recipient !== undefined) return recipient
  throw wrongInput('encrypt-to', 'have one recipient on each line', item, adviceFor(item))
}

function adviceFor(item: string): string {
  const [first = ''] = item.split(/\s+/)
  if (first === 'ssh-rsa')
    return 'RSA keys are not supported: many are too short for data that is kept for years. Make another key: age-keygen -o key.txt, or ssh-keygen -t ed25519'
  if (first === 'ssh-ed25519') return `The text after the type is cut off or changed. ${howToRecipients}`
  if (/^(ecdsa|sk)-|-cert-v\d\d@|^ssh-/.test(first))
    return `Of SSH keys, age opens only those of the type ssh-ed25519: ssh-keygen -t ed25519`
  if (/^AAAA/.test(first)) return 'The type is missing before the key: write "ssh-ed25519 AAAA…".'
  if (/^age1[a-z0-9-]+1/.test(first) && !first.startsWith('age1pq1'))
    return 'The private half of this key is in a device, which cannot open a backup on a runner. Add a second key that a file has: age-keygen -o key.txt'
  if (/^age1/i.test(first)) return `It is cut off or changed: copy it whole, in small letters. ${howToRecipients}`
  if (/^(github|gitlab):/i.test(first))
    return 'Copy the key itself, of the type ssh-ed25519, from https://github.com/USER.keys: a name may mean another key tomorrow.'
  if (/^[~./]/.test(first)) return `This looks like the path of a file: write the public key itself. ${howToRecipients}`
  return howToRecipients
}

/** The secrets that `readDecryptionKey` reads. */
export const decryptionSecrets = ['decryption-key'] as const

/** The input `decryption-key`: a file of age identities, or an SSH key of the type ssh-ed25519. Empty: nothing is opened. */
export function readDecryptionKey(read: InputReader): readonly Identity[] {
  const text = secret(read, 'decryption-key')
  if (text === undefined) return []
  refuseOtherThings(text)
  if (/PRIVATE KEY|PuTTY-User-Key-File/.test(text)) return [readSshKey(read, text)]
  const items = text
    .split(/\r\n|\n|\r|\\n/)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
  if (items.length === 0)
    throw new UserError('Input "decryption-key" has no key: it has comments alone.', { advice: pasteTheFile })
  return mapAll(items, readIdentity)
}

const pasteTheFile =
  'Store the whole file that "age-keygen" wrote ("AGE-SECRET-KEY-1…"), or the private SSH key, as a secret.'

function readIdentity(item: string, index: number): Identity {
  // Secrets have no letter case that means anything, and some tools write them in small letters.
  const identity = identityOf(item.toUpperCase())
  if (identity !== undefined) return identity
  const which = `Input "decryption-key", key ${index + 1},`
  if (/^AGE-PLUGIN-/i.test(item))
    throw new UserError(`${which} belongs to a device or a program that a runner does not have.`, {
      advice: 'Restore with another of the recipients that the backup has, or by hand, where the device is.',
    })
  throw new UserError(`${which} is not a whole private key of age.`, {
    advice: `It is cut off or changed. ${pasteTheFile}`,
  })
}

function refuseOtherThings(text: string): void {
  const refused = (what: string, advice: string) => new UserError(`Input "decryption-key" ${what}.`, { advice })
  if (/^(age1|ssh-|ecdsa-)/m.test(text) && !/^AGE-(SECRET-KEY|PLUGIN)-/im.test(text))
    throw refused('has a public key, which opens nothing', pasteTheFile)
  if (/BEGIN AGE ENCRYPTED FILE|^age-encryption\.org/m.test(text))
    throw refused(
      'is a key file that is protected by a passphrase',
      'Open it, and store what this prints: age -d key.age',
    )
  if (text.length < 200 && /^(~|\.{0,2})\/[\w./-]+$/.test(text))
    throw refused('looks like the path of a file', pasteTheFile)
}

function readSshKey(read: InputReader, text: string): Identity {
  const passphrase = secret(read, 'ssh-key-passphrase')
  const key = ed25519KeyOf(readPrivateKey(text, passphrase, 'decryption-key'))
  if (key !== undefined) return identityOfSsh(key)
  throw new UserError('Input "decryption-key" is an SSH key of another type than ssh-ed25519, which opens nothing.', {
    advice: `Backups are encrypted to keys of age and to SSH keys of the type ssh-ed25519. ${pasteTheFile}`,
  })
}
