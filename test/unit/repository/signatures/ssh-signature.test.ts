import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signText, verifyText } from '../../../../src/repository/signatures/ssh-signature'
import { readPrivateKey } from '../../../../src/ssh/keys/private-key'
import { publicKeyOf } from '../../../../src/ssh/keys/public-key'
import { type SigningKey, signingKeyOf } from '../../../../src/ssh/keys/signing-key'
import { aSigningKey, type KeyPair, makeKeyPair } from '../../ssh/keys/some-keys'

const text = '{\n  "format": "make-a-backup/1",\n  "host": "bücher.example"\n}\n'

const kinds: [string, string[], string?][] = [
  ['ed25519', ['-t', 'ed25519']],
  ['ecdsa 256', ['-t', 'ecdsa', '-b', '256']],
  ['ecdsa 384', ['-t', 'ecdsa', '-b', '384']],
  ['ecdsa 521', ['-t', 'ecdsa', '-b', '521']],
  ['rsa 2048', ['-t', 'rsa', '-b', '2048']],
  ['rsa 3072 in PEM', ['-t', 'rsa', '-b', '3072', '-m', 'PEM']],
  ['ecdsa in PEM with a passphrase', ['-t', 'ecdsa', '-m', 'PEM'], 'open sesame'],
  ['ed25519 with a passphrase', ['-t', 'ed25519', '-a', '4'], 'open sesame'],
  ['rsa with a passphrase', ['-t', 'rsa', '-b', '2048', '-a', '4'], 'open sesame'],
]

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'make-a-backup-signatures-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function signerOf({ privateKey }: KeyPair, passphrase?: string): SigningKey {
  return signingKeyOf(readPrivateKey(privateKey, passphrase))
}

/** What `ssh-keygen -Y verify` says, with the recipe of the docs. */
function verifyWithStockTools(signature: string, publicKey: string, signed: string): string {
  writeFileSync(join(folder, 'allowed_signers'), `backup ${publicKey}\n`)
  writeFileSync(join(folder, 'text.sig'), signature)
  const args = ['-Y', 'verify', '-f', 'allowed_signers', '-I', 'backup', '-n', 'make-a-backup', '-s', 'text.sig']
  return execFileSync('ssh-keygen', args, { cwd: folder, input: signed, encoding: 'utf8', stdio: 'pipe' })
}

function signWithStockTools(
  { privateKey, publicKey }: KeyPair,
  signed: string,
  options: readonly string[] = [],
): string {
  writeFileSync(join(folder, 'key'), privateKey, { mode: 0o600 })
  writeFileSync(join(folder, 'key.pub'), publicKey)
  writeFileSync(join(folder, 'text'), signed)
  rmSync(join(folder, 'text.sig'), { force: true })
  const namespace = options.includes('-n') ? [] : ['-n', 'make-a-backup']
  execFileSync('ssh-keygen', ['-Y', 'sign', '-f', 'key', ...namespace, ...options, 'text'], {
    cwd: folder,
    stdio: 'pipe',
  })
  return readFileSync(join(folder, 'text.sig'), 'utf8')
}

describe.each(kinds)('a signature by %s', (_name, args, passphrase) => {
  const pair = makeKeyPair(args, passphrase)
  const key = signerOf(pair, passphrase)

  it('is taken by ssh-keygen -Y verify, of these bytes alone', () => {
    for (let round = 0; round < 3; round++) {
      const signature = signText(text, key)
      expect(verifyWithStockTools(signature, pair.publicKey, text)).toContain(
        'Good "make-a-backup" signature for backup',
      )
      expect(() => verifyWithStockTools(signature, pair.publicKey, `${text} `)).toThrow()
    }
  })

  it('names its signer, whose line and fingerprint are those of the key file', () => {
    const signature = verifyText(text, signText(text, key))
    if (signature.kind !== 'valid') throw new Error(signature.reason)
    expect(pair.publicKey).toBe(`${signature.signer.line} a comment`)
    writeFileSync(join(folder, 'key.pub'), pair.publicKey)
    const shown = execFileSync('ssh-keygen', ['-lf', join(folder, 'key.pub')], { encoding: 'utf8' })
    expect(shown.split(' ')[1]).toBe(signature.signer.fingerprint)
  })

  it('is not one of other bytes', () => {
    const signature = signText(text, key)
    expect(verifyText(text.replace('/1', '/2'), signature)).toEqual(ofOtherBytes)
  })
})

describe.each(kinds.filter(([, , passphrase]) => passphrase === undefined))('ssh-keygen with %s', (_name, args) => {
  it('makes signatures that are understood', () => {
    const pair = makeKeyPair(args)
    const signature = verifyText(text, signWithStockTools(pair, text))
    expect(signature.kind === 'valid' && pair.publicKey.startsWith(signature.signer.line)).toBe(true)
    expect(verifyText(`${text}\n`, signWithStockTools(pair, text))).toEqual(ofOtherBytes)
    expect(verifyText(text, signWithStockTools(pair, text, ['-O', 'hashalg=sha256'])).kind).toBe('valid')
  })
})

const ofOtherBytes = { kind: 'invalid', reason: 'is of other bytes than these' }

describe('verifyText', () => {
  const key = aSigningKey()

  it('refuses a signature that was made for something else', () => {
    const signature = signWithStockTools(makeKeyPair(), text, ['-n', 'git'])
    expect(verifyText(text, signature)).toEqual({ kind: 'invalid', reason: 'was made for another purpose' })
  })

  it('refuses RSA keys that are too short to be safe', () => {
    const signature = signWithStockTools(makeKeyPair(['-t', 'rsa', '-b', '1024']), text)
    expect(verifyText(text, signature)).toEqual({ kind: 'invalid', reason: 'is by a kind of key that is not accepted' })
  })

  it.each([
    ['nothing', ''],
    ['another file', text],
    ['a public key', key.publicKey.line],
    ['an armor with nothing in it', '-----BEGIN SSH SIGNATURE-----\n\n-----END SSH SIGNATURE-----\n'],
    ['no end', signText(text, key).slice(0, -20)],
  ])('says of %s that it is no signature', (_name, armored) => {
    expect(verifyText(text, armored)).toEqual({ kind: 'invalid', reason: 'is no SSH signature' })
  })

  it('does not care how lines end', () => {
    expect(verifyText(text, signText(text, key).replaceAll('\n', '\r\n')).kind).toBe('valid')
  })

  it('takes no byte of a signature for another', () => {
    const [first = '', ...rest] = signText(text, key).split('\n')
    const blob = Buffer.from(rest.slice(0, -2).join(''), 'base64')
    for (let at = 0; at < blob.length; at++) {
      const flipped = Buffer.from(blob)
      flipped[at] = (flipped[at] ?? 0) ^ 1
      const signature = verifyText(text, `${first}\n${flipped.toString('base64')}\n-----END SSH SIGNATURE-----\n`)
      expect([at, signature.kind]).toEqual([at, 'invalid'])
    }
  })
})

describe('publicKeyOf', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a length beyond the end', Buffer.from([0, 0, 0, 99, 1])],
    ['a type alone', Buffer.from('\0\0\0\x0bssh-ed25519')],
    ['a point that is not on the curve', offTheCurve()],
  ])('knows no key in %s', (_name, blob) => {
    expect(publicKeyOf(blob)).toBeUndefined()
  })
})

function offTheCurve(): Buffer {
  const { blob } = aSigningKey(['-t', 'ecdsa', '-b', '256']).publicKey
  const other = Buffer.from(blob)
  other[other.length - 1] = (other.at(-1) ?? 0) ^ 1
  return other
}
