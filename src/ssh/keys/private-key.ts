import { createPrivateKey, type KeyObject } from 'node:crypto'
import { utils } from 'ssh2'
import { UserError } from '../../runtime/errors'
import { readFields, rsaBitsMin, rsaBitsOf } from './key-blob'
import { encodeEd25519Key } from './openssh-key'
import { type Pem, readPem } from './pem'

/**
 * Turns a private key and the input `ssh-key-passphrase` into key text that ssh2 accepts without a passphrase; repairs
 * broken lines and quotes. Throws `UserError` that says what the input has instead, without showing the key. `input`:
 * the name of the one that has the key.
 */
export function readPrivateKey(text: string, passphrase?: string, input = 'ssh-key'): string {
  try {
    return usableKey(repair(text), passphrase)
  } catch (error) {
    if (!(error instanceof KeyFault)) throw error
    throw new UserError(error.message.replaceAll('%', `"${input}"`), { advice: error.advice })
  }
}

/** What is wrong with a key. In the message `%` is the input that has it. */
class KeyFault extends Error {
  readonly advice: string

  constructor(message: string, advice: string) {
    super(message)
    this.advice = advice
  }
}

function usableKey(text: string, passphrase: string | undefined): string {
  refuseOtherThings(text)
  const pem = readPem(text)
  if (pem === undefined) throw damaged()
  const usable = pem.label === 'OPENSSH PRIVATE KEY' ? readOpenSsh(pem, passphrase) : readOther(pem, passphrase)
  const parsed = utils.parseKey(usable)
  if (parsed instanceof Error || !parsed.isPrivateKey()) throw damaged()
  if (parsed.type === 'ssh-dss') throw dsa()
  const bits = rsaBitsOf(parsed.getPublicSSH())
  if (bits !== undefined && bits < rsaBitsMin) throw weakRsa(bits)
  return usable
}

function repair(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\\r\\n|\\n/g, '\n')
    .trim()
    .replace(/^(["'])([\s\S]*)\1$/, '$2')
    .trim()
}

function refuseOtherThings(text: string): void {
  if (/^[a-z0-9-]+-cert-v\d\d@openssh\.com\s/.test(text)) {
    throw wrongKey('is an SSH certificate, not a private key', `Certificates are not supported. ${pasteThePrivateKey}`)
  }
  if (/^sk-[a-z0-9-]+@openssh\.com\s/.test(text)) throw hardwareKey()
  if (/^(ssh|ecdsa)-[a-z0-9-]+\s|^-{4,5} ?BEGIN [A-Z0-9 ]*PUBLIC KEY ?-{4,5}/.test(text)) {
    throw wrongKey('is a public key', pasteThePrivateKey)
  }
  if (text.startsWith('PuTTY-User-Key-File-')) {
    throw wrongKey(
      'is a PuTTY key (PPK)',
      'Convert it and store the result: puttygen key.ppk -O private-openssh -o key (or in PuTTYgen: Conversions, Export OpenSSH key).',
    )
  }
  if (/^-----BEGIN CERTIFICATE-----/.test(text)) {
    throw wrongKey('is an X.509 certificate, not a private key', pasteThePrivateKey)
  }
  if (/^LS0tLS1CRUdJTi[A-Za-z0-9+/=\s]+$/.test(text)) {
    throw wrongKey('is a base64-encoded key file', 'Store the text of the file itself.')
  }
  if (text.startsWith('SHA256:')) throw wrongKey('is a fingerprint, not a private key', pasteThePrivateKey)
  if (text.length < 200 && /^(~|\.{0,2})\/[\w./-]+$/.test(text)) {
    throw wrongKey(
      'looks like the path of a file',
      'Store the content of the private key file as a secret of the repository.',
    )
  }
}

/** The format that ssh-keygen writes today (PROTOCOL.key in the sources of OpenSSH). */
function readOpenSsh(pem: Pem, passphrase: string | undefined): string {
  const magic = 'openssh-key-v1\0'
  if (pem.data.toString('latin1', 0, magic.length) !== magic) throw damaged()
  const { encrypted, keyType } = readOpenSshHeader(pem.data.subarray(magic.length))
  if (keyType.startsWith('sk-')) throw hardwareKey()
  if (keyType === 'ssh-dss') throw dsa()
  if (encrypted && passphrase === undefined) throw passphraseMissing()
  const parsed = utils.parseKey(pem.text, passphrase)
  if (parsed instanceof Error) {
    if (/unsupported cipher/i.test(parsed.message)) throw unsupportedEncryption()
    throw encrypted && !/malformed/i.test(parsed.message) ? wrongPassphrase() : damaged()
  }
  // Decrypted only once: key derivation is slow on purpose, and every connection would repeat it.
  return encrypted ? plainText(createPrivateKey(parsed.getPrivatePEM())) : pem.text
}

function readOpenSshHeader(data: Buffer): { encrypted: boolean; keyType: string } {
  // Three strings (cipher, key derivation, its options), then the number of keys and the first public key.
  let at = 0
  for (let i = 0; i < 3 && at + 4 <= data.length; i++) at += 4 + data.readUInt32BE(at)
  if (at + 8 > data.length) throw damaged()
  const [cipher] = readFields(data.subarray(0, at)) ?? []
  const publicKey = data.subarray(at + 8, at + 8 + data.readUInt32BE(at + 4))
  const [keyType] = readFields(publicKey) ?? []
  if (cipher === undefined || keyType === undefined) throw damaged()
  return { encrypted: cipher.toString('latin1') !== 'none', keyType: keyType.toString('latin1') }
}

/** PKCS#1, PKCS#8 and SEC1, encrypted or not. ssh2 supports few of them, Node's crypto all. */
function readOther(pem: Pem, passphrase: string | undefined): string {
  if (!pem.label.endsWith('PRIVATE KEY')) throw damaged()
  if (pem.encrypted && passphrase === undefined) throw passphraseMissing()
  let key: KeyObject
  try {
    key = createPrivateKey(pem.encrypted ? { key: pem.text, passphrase: passphrase ?? '' } : pem.text)
  } catch {
    throw pem.encrypted ? wrongPassphrase() : damaged()
  }
  return plainText(key)
}

function plainText(key: KeyObject): string {
  const type = key.asymmetricKeyType
  if (type === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }).toString()
  if (type === 'ec') return key.export({ type: 'sec1', format: 'pem' }).toString()
  if (type === 'ed25519') return encodeEd25519Key(key)
  if (type === 'dsa') throw dsa()
  throw wrongKey('is of a type that SSH servers do not accept', makeNewKey)
}

const pasteThePrivateKey =
  'Store the private key as a secret: the whole file without ".pub", from its -----BEGIN line to its -----END line.'
const makeNewKey = 'Make a new one: ssh-keygen -t ed25519 -N "" -f backup-key'

function wrongKey(what: string, advice: string): KeyFault {
  return new KeyFault(`Input % ${what}.`, advice)
}

function damaged(): KeyFault {
  return wrongKey(
    'is not a complete private key',
    `It is cut off, changed, or not a key at all. ${pasteThePrivateKey} To check a key file: ssh-keygen -y -f <file>`,
  )
}

function passphraseMissing(): KeyFault {
  return wrongKey(
    'is protected by a passphrase, and "ssh-key-passphrase" is empty',
    'Store the passphrase as a secret and pass it as "ssh-key-passphrase", or use a separate key without a passphrase.',
  )
}

function wrongPassphrase(): KeyFault {
  return new KeyFault(
    'Input "ssh-key-passphrase" does not open the private key in %.',
    'To check it where the key was made: ssh-keygen -y -f <file>',
  )
}

function unsupportedEncryption(): KeyFault {
  return wrongKey(
    'is encrypted in a way that is not supported',
    'Encrypt it again with the default: ssh-keygen -p -f <file>',
  )
}

function hardwareKey(): KeyFault {
  return wrongKey('belongs to a hardware token (FIDO), which a runner cannot use', makeNewKey)
}

function dsa(): KeyFault {
  return wrongKey('is a DSA key, which is too weak and which SSH servers no longer accept', makeNewKey)
}

function weakRsa(bits: number): KeyFault {
  return wrongKey(`is an RSA key of ${bits} bits, which is too weak: at least ${rsaBitsMin} are needed`, makeNewKey)
}
