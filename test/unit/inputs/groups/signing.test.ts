import { readSignedBy } from '../../../../src/inputs/groups/signed-by'
import { backupSigning, readSigningKey } from '../../../../src/inputs/groups/signing'
import { readPrivateKey } from '../../../../src/ssh/keys/private-key'
import { makeKeyPair } from '../../ssh/keys/some-keys'
import { given, refusal } from '../reading'

const pair = makeKeyPair()
const encrypted = makeKeyPair(['-t', 'ecdsa'], 'open sesame')
const short = makeKeyPair(['-t', 'rsa', '-b', '1024'])
const fingerprint = readSignedBy(given({ 'signed-by': pair.publicKey }))

const signedBy = (text: string) => readSignedBy(given({ 'signed-by': text }))
const keyOf = (inputs: Record<string, string>) => readSigningKey(given(inputs))

describe('readSignedBy', () => {
  it('requires nothing when it is empty', () => {
    expect(signedBy('')).toBeUndefined()
  })

  it('takes public keys and fingerprints, one per line, as they are printed', () => {
    const [first = ''] = fingerprint?.signers ?? []
    expect(first).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
    const { publicKey } = encrypted
    const signers = [...(signedBy(`# the backup\n${pair.publicKey}\r\n\n${publicKey}\n`)?.signers ?? [])]
    expect(signers).toEqual([first, expect.stringMatching(/^SHA256:/)])
    const short = pair.publicKey.split(' ').slice(0, 2).join(' ')
    for (const form of [short, first, `${first}=`, `256 ${first} a comment (ED25519)`]) {
      expect(signedBy(form)).toEqual({ signers: new Set([first]), demand: 'required' })
    }
  })

  it.each<[string, string, RegExp]>([
    ['only comments', '# later', /^Input "signed-by" has no key: it has comments alone\./],
    ['a fingerprint that is cut off', 'SHA256:abc', /must have a public key or a SHA256 fingerprint on each line/],
    ['an MD5 fingerprint', `MD5:${'00:'.repeat(15)}00`, /An MD5 fingerprint is too weak/],
    ['a key that is cut off', pair.publicKey.slice(0, 60), /cut off or changed/],
    ['a key without its type', pair.publicKey.split(' ')[1] ?? '', /The type is missing before the key/],
    ['options before the key', `restrict ${pair.publicKey}`, /Remove what is before the type/],
    ['a line of known_hosts', `web1.example.com ${pair.publicKey}`, /Remove what is before the type/],
    ['a key of a token', 'sk-ssh-ed25519@openssh.com AAAA', /hardware token/],
    ['a certificate', 'ssh-ed25519-cert-v01@openssh.com AAAA', /Certificates are not supported/],
    ['a DSA key', 'ssh-dss AAAA', /DSA keys are too weak/],
    ['a short RSA key', short.publicKey, /RSA key of fewer than 2048 bits/],
    ['a key in another format', '---- BEGIN SSH2 PUBLIC KEY ----', /Convert it to one line/],
    ['a name', 'backup@example.com', /Write the public key of the backup/],
  ])('refuses %s', (_, text, words) => {
    const { message, advice } = refusal(() => signedBy(text))
    expect(`${message} ${advice}`).toMatch(words)
    expect(message).toMatch(/^Input "signed-by" /)
  })

  it('names the wrong line among several', () => {
    expect(refusal(() => signedBy(`${pair.publicKey}\nnonsense`)).message).toContain('got "nonsense"')
  })

  it('refuses a private key, masks it, and does not show it', () => {
    const runtime = given({ 'signed-by': `${pair.publicKey}\n${pair.privateKey}` })
    const { message, advice } = refusal(() => readSignedBy(runtime))
    expect(message).toBe('Input "signed-by" has a private key. It takes public keys.')
    expect(advice).toMatch(/^Replace that key, since others may have read it here\./)
    expect([...runtime.secrets].join()).toContain(pair.privateKey.trim())
    expect(`${message}${advice}`).not.toContain(pair.privateKey.split('\n')[1])
  })
})

describe('readSigningKey', () => {
  it('reads a key, with its passphrase where it has one', () => {
    expect(keyOf({})).toBeUndefined()
    expect(pair.publicKey).toContain(keyOf({ 'signing-key': pair.privateKey })?.publicKey.line)
    const opened = keyOf({ 'signing-key': encrypted.privateKey, 'ssh-key-passphrase': 'open sesame' })
    expect(encrypted.publicKey).toContain(opened?.publicKey.line)
  })

  it('says what is wrong with it, by the name of the input', () => {
    const wrong = (inputs: Record<string, string>) => refusal(() => keyOf(inputs)).message
    expect(wrong({ 'signing-key': pair.publicKey })).toBe('Input "signing-key" is a public key.')
    expect(wrong({ 'signing-key': encrypted.privateKey })).toBe(
      'Input "signing-key" is protected by a passphrase, and "ssh-key-passphrase" is empty.',
    )
    expect(wrong({ 'signing-key': encrypted.privateKey, 'ssh-key-passphrase': 'sesame' })).toBe(
      'Input "ssh-key-passphrase" does not open the private key in "signing-key".',
    )
    expect(wrong({ 'signing-key': short.privateKey })).toBe(
      'Input "signing-key" is an RSA key of 1024 bits, which is too weak: at least 2048 are needed.',
    )
  })
})

describe('backupSigning', () => {
  it('signs with the key that logs in, unless there is one for it, and with a password alone not at all', () => {
    const line = (signing: ReturnType<typeof backupSigning>) => signing.signer?.publicKey.line ?? 'nobody'
    expect(pair.publicKey).toContain(line(backupSigning(undefined, { privateKey: pair.privateKey })))
    const own = keyOf({ 'signing-key': encrypted.privateKey, 'ssh-key-passphrase': 'open sesame' })
    const both = backupSigning(own, { privateKey: pair.privateKey })
    expect(both.signer).toBe(own)
    expect(both.trust).toEqual({ signers: new Set([own?.publicKey.fingerprint]), demand: 'preferred' })
    expect(backupSigning(undefined, {})).toEqual({})
    expect(refusal(() => backupSigning(undefined, { privateKey: readPrivateKey(short.privateKey) })).message).toContain(
      '"ssh-key" is an RSA',
    )
  })
})
