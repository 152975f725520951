import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ParsedKey, utils } from 'ssh2'
import { UserError } from '../../../../src/runtime/errors'
import { sshString } from '../../../../src/ssh/keys/key-blob'
import { readPrivateKey } from '../../../../src/ssh/keys/private-key'
import { command } from '../../../servers/processes/command'

let dir = ''
const keys = new Map<string, { text: string; publicText: string }>()

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'make-a-backup-key-'))
  await make('ed25519', ['-t', 'ed25519'])
  await make('ecdsa', ['-t', 'ecdsa', '-b', '384'])
  await make('rsa', ['-t', 'rsa', '-b', '2048'])
  await make('rsa pkcs1', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'])
  await make('rsa pkcs8', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8'])
  await make('ecdsa sec1', ['-t', 'ecdsa', '-m', 'PEM'])
  await make('ed25519 encrypted', ['-t', 'ed25519', '-a', '4'], 'open sesame')
  await make('rsa encrypted', ['-t', 'rsa', '-b', '2048', '-a', '4'], 'open sesame')
  await make('rsa pkcs1 encrypted', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], 'open sesame')
  await make('ecdsa pkcs8 encrypted', ['-t', 'ecdsa', '-m', 'PKCS8'], 'open sesame')
}, 60_000)

afterAll(() => rm(dir, { recursive: true, force: true }))

async function make(name: string, args: string[], passphrase = ''): Promise<void> {
  const file = join(dir, name.replaceAll(' ', '-'))
  await command('ssh-keygen', ['-q', '-N', passphrase, '-C', '', '-f', file, ...args])
  keys.set(name, { text: await readFile(file, 'utf8'), publicText: await readFile(`${file}.pub`, 'utf8') })
}

function key(name: string): { text: string; publicText: string } {
  const found = keys.get(name)
  if (found === undefined) throw new Error(`no key ${name}`)
  return found
}

function parsed(text: string): ParsedKey {
  const result = utils.parseKey(text)
  if (result instanceof Error) throw result
  return result
}

/** The key is the right one: it signs what its public half verifies. */
function expectMatch(privateText: string, publicText: string): void {
  const signature = parsed(privateText).sign('message')
  expect(parsed(publicText).verify('message', signature)).toBe(true)
}

function refusal(text: string, passphrase?: string): UserError {
  try {
    readPrivateKey(text, passphrase)
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('readPrivateKey', () => {
  it.each(['ed25519', 'ecdsa', 'rsa', 'rsa pkcs1', 'rsa pkcs8', 'ecdsa sec1'])(
    'takes a key without a passphrase: %s',
    name => {
      const { text, publicText } = key(name)
      expectMatch(readPrivateKey(text), publicText)
      // A passphrase that is not needed does no harm.
      expectMatch(readPrivateKey(text, 'unused'), publicText)
    },
  )

  it('takes an Ed25519 key in PKCS#8, which ssh2 itself does not', () => {
    const pair = generateKeyPairSync('ed25519')
    const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const x = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
    const publicKey = Buffer.concat([sshString('ssh-ed25519'), sshString(x)]).toString('base64')
    expectMatch(readPrivateKey(pem), `ssh-ed25519 ${publicKey}`)
  })

  it.each(['ed25519 encrypted', 'rsa encrypted', 'rsa pkcs1 encrypted', 'ecdsa pkcs8 encrypted'])(
    'opens with the passphrase, and explains a missing or a wrong one: %s',
    name => {
      const { text, publicText } = key(name)
      expectMatch(readPrivateKey(text, 'open sesame'), publicText)
      expect(refusal(text).message).toMatch(/^Input "ssh-key" is protected by a passphrase/)
      expect(refusal(text, 'open barley').message).toMatch(/^Input "ssh-key-passphrase" does not open/)
    },
  )

  it.each<[string, (text: string) => string]>([
    ['Windows line breaks', text => text.replaceAll('\n', '\r\n')],
    ['a missing last line break', text => text.trimEnd()],
    ['line breaks written as \\n', text => text.replaceAll('\n', '\\n')],
    ['line breaks that became spaces', text => text.replaceAll('\n', ' ')],
    ['quotes and spaces around it', text => `  "${text}" \n`],
    ['indented lines', text => text.replaceAll('\n', '\n    ')],
    ['a byte order mark', text => `\uFEFF${text}`],
  ])('repairs %s', (_, mangle) => {
    for (const name of ['ed25519', 'rsa pkcs1'])
      expectMatch(readPrivateKey(mangle(key(name).text)), key(name).publicText)
    const encrypted = key('rsa pkcs1 encrypted')
    expectMatch(readPrivateKey(mangle(encrypted.text), 'open sesame'), encrypted.publicText)
  })

  it.each<[string, () => string, RegExp]>([
    ['a public key', () => key('ed25519').publicText, /is a public key/],
    ['a PEM public key', () => '-----BEGIN PUBLIC KEY-----\nMCowBQ==\n-----END PUBLIC KEY-----', /is a public key/],
    [
      'an SSH2 public key',
      () => '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----',
      /is a public key/,
    ],
    ['a certificate', () => 'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5 me', /certificate/],
    ['a FIDO public key', () => 'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5 me', /hardware token/],
    ['a FIDO private key', () => fidoKey(), /hardware token/],
    ['a PuTTY key', () => 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n', /PuTTY/],
    ['base64 of a key file', () => Buffer.from(key('ed25519').text).toString('base64'), /base64/],
    ['a fingerprint', () => 'SHA256:abc', /fingerprint/],
    ['a path', () => '~/.ssh/id_ed25519', /path/],
    ['a DSA key', () => dsaKey(), /DSA/],
    ['an RSA key of 1024 bits', () => rsaKey(1024), /an RSA key of 1024 bits, which is too weak/],
    ['a key without its last line', () => key('rsa').text.split('\n').slice(0, -2).join('\n'), /not a complete/],
    ['a key without its first line', () => key('rsa').text.split('\n').slice(1).join('\n'), /not a complete/],
    ['a key with a line missing', () => key('rsa').text.split('\n').toSpliced(4, 1).join('\n'), /not a complete/],
    [
      'a PEM key with a line missing',
      () => key('rsa pkcs1').text.split('\n').toSpliced(4, 1).join('\n'),
      /not a complete/,
    ],
    ['a masked key', () => '***', /not a complete/],
    [
      'an empty frame',
      () => '-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----',
      /not a complete/,
    ],
  ])('recognises %s', (_, text, what) => {
    const error = refusal(text())
    expect(error.message).toMatch(/^Input "ssh-key" /)
    expect(error.message).toMatch(what)
    expect(error.advice).not.toBeUndefined()
  })

  it('never shows any of the key', () => {
    const { text } = key('rsa')
    const lines = text.split('\n').slice(1, -2)
    for (let cut = 1; cut < lines.length; cut += 5) {
      const error = refusal(
        `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.slice(cut).join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`,
      )
      const shown = [error.message, error.advice, ...error.detail, String(error.cause)].join('\n')
      for (const line of lines) expect(shown).not.toContain(line.slice(0, 16))
    }
  })
})

function fidoKey(): string {
  const publicKey = Buffer.concat([
    sshString('sk-ssh-ed25519@openssh.com'),
    sshString(Buffer.alloc(32)),
    sshString('ssh:'),
  ])
  return openSshKey(publicKey)
}

function openSshKey(publicKey: Buffer): string {
  const data = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    Buffer.from([0, 0, 0, 1]),
    sshString(publicKey),
    sshString(Buffer.alloc(64)),
  ])
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${data.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
}

function dsaKey(): string {
  const pair = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function rsaKey(modulusLength: number): string {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}
