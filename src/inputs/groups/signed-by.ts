import { mapAll } from '../../findings/read-all'
import { wrongInput } from '../../findings/wrong-input'
import type { Repository } from '../../repository/repository'
import type { Trust } from '../../repository/signatures/trust'
import { UserError } from '../../runtime/errors'
import { keyTypeOf, rsaBitsMin } from '../../ssh/keys/key-blob'
import { publicKeyOf } from '../../ssh/keys/public-key'
import { type InputReader, lines } from '../read'

/** Who signs what a run writes, and whose signatures count in what it reads. */
export type Signing = Pick<Repository, 'signer' | 'trust'>

/** The input `signed-by`: public keys and fingerprints, one per line. Undefined when empty: nothing is required. */
export function readSignedBy(read: InputReader): Trust | undefined {
  const text = read.input(name)
  if (text === '') return undefined
  refusePrivateKey(read, text)
  const items = lines(read, name)
  // Comments alone would silently require nothing.
  if (items.length === 0) throw new UserError(`Input "${name}" has no key: it has comments alone.`, { advice: howTo })
  return { signers: new Set(mapAll(items, fingerprintIn)), demand: 'required' }
}

const name = 'signed-by'
const howTo =
  'Write the public key of the backup, "ssh-ed25519 AAAA…", or its fingerprint, "SHA256:…". The summary of each backup shows both; where the private key is: ssh-keygen -y -f <file>'

/** It is no secret input, so it is masked before a word about it is written. */
function refusePrivateKey(read: InputReader, text: string): void {
  if (!/PRIVATE KEY|PuTTY-User-Key-File/.test(text)) return
  read.mask(text)
  throw new UserError(`Input "${name}" has a private key. It takes public keys.`, {
    advice: `Replace that key, since others may have read it here. ${howTo}`,
  })
}

function fingerprintIn(item: string): string {
  const words = item.split(/\s+/)
  // `ssh-keygen -l` prints the bits of the key before its fingerprint.
  const [first = '', base64] = /^\d+$/.test(words[0] ?? '') ? words.slice(1) : words
  if (/^SHA-?256:/i.test(first)) {
    const [, digest] = /^SHA256:([A-Za-z0-9+/]{43})=?$/.exec(first) ?? []
    if (digest !== undefined) return `SHA256:${digest}`
    throw refused(item, 'It must be "SHA256:" and 43 letters, digits, "+" or "/", as ssh-keygen -l prints it.')
  }
  refuseOtherThings(item, first, words)
  const blob = Buffer.from(base64 ?? '', 'base64')
  const isWhole = /^[A-Za-z0-9+/]+={0,2}$/.test(base64 ?? '') && keyTypeOf(blob) === first
  if (!isWhole) throw refused(item, `The text after the type is cut off or changed. ${howTo}`)
  const key = publicKeyOf(blob)
  if (key !== undefined) return key.fingerprint
  throw refused(item, `It is damaged, or an RSA key of fewer than ${rsaBitsMin} bits, which is too weak. ${howTo}`)
}

function refuseOtherThings(item: string, first: string, words: readonly string[]): void {
  if (/^(MD5:)?([0-9a-f]{2}:){15}[0-9a-f]{2}$/i.test(first)) {
    throw refused(item, 'An MD5 fingerprint is too weak. Print the SHA256 one: ssh-keygen -lf <file>')
  }
  if (/-cert-v\d\d@openssh\.com$/.test(first)) throw refused(item, `Certificates are not supported. ${howTo}`)
  if (/^sk-/.test(first)) throw refused(item, 'A key of a hardware token (FIDO) cannot sign on a runner.')
  if (first === 'ssh-dss') throw refused(item, `DSA keys are too weak. ${howTo}`)
  if (/^AAAA/.test(first)) throw refused(item, 'The type is missing before the key: write "ssh-ed25519 AAAA…".')
  if (/^-{4,5} ?(BEGIN|END) /.test(item)) throw refused(item, 'Convert it to one line: ssh-keygen -i -f <file>')
  if (keyTypes.test(first)) return
  const isBehind = words.slice(1).some(word => keyTypes.test(word))
  throw refused(item, isBehind ? 'Remove what is before the type of the key.' : howTo)
}

const keyTypes = /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521))$/

function refused(item: string, advice: string): UserError {
  return wrongInput(name, 'have a public key or a SHA256 fingerprint on each line', item, advice)
}
