import { generateHybridIdentity, generateIdentity, identityToRecipient } from 'age-encryption'
import { readDecryptionKey, readEncryptTo } from '../../../../src/inputs/groups/encryption'
import { openBytes, sealBytes } from '../../../../src/pipeline/age/header'
import { type KeyPair, makeKeyPair } from '../../ssh/keys/some-keys'
import { given, refusal } from '../reading'

let identity: string
let recipient: string
let ssh: KeyPair
beforeAll(async () => {
  identity = await generateIdentity()
  recipient = await identityToRecipient(identity)
  ssh = makeKeyPair()
})

const encryptTo = (text: string) => readEncryptTo(given({ 'encrypt-to': text }))
const decryptionKey = (text: string, others: Record<string, string> = {}) =>
  readDecryptionKey(given({ 'decryption-key': text, ...others }))

describe('readEncryptTo', () => {
  it('takes keys of age and of SSH, one per line, each once, without comments', async () => {
    const postQuantum = await identityToRecipient(await generateHybridIdentity())
    const found = encryptTo(`# the safe\n${recipient}\r\n\n${ssh.publicKey}\n${recipient}\n${postQuantum}`)
    expect(found.map(({ line }) => line)).toEqual([recipient, ssh.publicKey.replace(/ a comment$/, ''), postQuantum])
    expect(found.map(({ isPostQuantum }) => isPostQuantum)).toEqual([false, false, true])
    expect(encryptTo('')).toEqual([])
  })

  it('masks a private key before it says that it is one, and does not show it', () => {
    for (const secret of [identity, identity.toLowerCase(), ssh.privateKey, `${recipient}\n${identity}`]) {
      const masked: string[] = []
      const read = { input: () => secret, mask: (text: string) => void masked.push(text) }
      const error = refusal(() => readEncryptTo(read))
      expect(masked).toEqual([secret])
      expect(error.message).toBe('Input "encrypt-to" has a private key. It takes public keys.')
      expect(`${error.message}${error.advice}${error.detail.join()}`).not.toContain(secret.slice(-20))
    }
  })

  it.each([
    ['a key that is cut off', () => recipient.slice(0, -1), /cut off or changed/],
    [
      'a key with a wrong letter',
      () => recipient.replace(/.$/, last => (last === 'q' ? 'p' : 'q')),
      /cut off or changed/,
    ],
    ['an SSH key that is cut off', () => ssh.publicKey.slice(0, 60), /cut off or changed/],
    ['an SSH key without its type', () => ssh.publicKey.split(' ')[1] ?? '', /type is missing/],
    [
      'an RSA key',
      () => makeKeyPair(['-t', 'rsa', '-b', '2048']).publicKey,
      /RSA keys are not supported: .*age-keygen/,
    ],
    ['an ECDSA key', () => makeKeyPair(['-t', 'ecdsa']).publicKey, /ssh-ed25519/],
    [
      'a key of a device',
      () => 'age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t',
      /in a device/,
    ],
    ['a key of GitHub', () => 'github:somebody', /Copy the key itself/],
    ['a path', () => '~/.ssh/id_ed25519.pub', /path of a file/],
    ['anything else', () => 'my key', /age-keygen -o key.txt/],
  ])('refuses %s with the line and the fix', (_what, line, fix) => {
    const error = refusal(() => encryptTo(line()))
    expect(error.message).toMatch(/^Input "encrypt-to" must have one recipient on each line, got "/)
    expect(error.advice).toMatch(fix)
  })

  it('refuses a point that nobody can have the private half of', () => {
    const weak = Buffer.alloc(32)
    weak[0] = 1
    const blob = Buffer.concat([
      Buffer.from([0, 0, 0, 11]),
      Buffer.from('ssh-ed25519'),
      Buffer.from([0, 0, 0, 32]),
      weak,
    ])
    expect(refusal(() => encryptTo(`ssh-ed25519 ${blob.toString('base64')}`)).advice).toMatch(/cut off or changed/)
  })

  it('refuses more keys than a header may have', async () => {
    const one = async () => identityToRecipient(await generateIdentity())
    const many = await Promise.all(Array.from({ length: 101 }, one))
    expect(encryptTo(many.slice(1).join('\n'))).toHaveLength(100)
    expect(refusal(() => encryptTo(many.join('\n'))).message).toMatch(/must name at most 100 keys, got "101"/)
  })

  it('refuses comments alone, which would encrypt nothing', () => {
    expect(refusal(() => encryptTo('# age1…')).message).toMatch(/has comments alone/)
  })
})

describe('readDecryptionKey', () => {
  it('takes a file of age-keygen with several keys, and an SSH key with its passphrase', async () => {
    const second = await generateIdentity()
    const file = `# created: 2026-11-27\n# public key: ${recipient}\n${identity}\n${second}\n`
    expect(await Promise.all(decryptionKey(file).map(async each => (await each.recipient()).line))).toEqual([
      recipient,
      await identityToRecipient(second),
    ])
    const locked = makeKeyPair(['-t', 'ed25519'], 'open sesame')
    const [own] = decryptionKey(locked.privateKey, { 'ssh-key-passphrase': 'open sesame' })
    if (own === undefined) throw new Error('no identity')
    const sealed = await sealBytes(Buffer.from('rows'), encryptTo(locked.publicKey))
    expect((await openBytes(sealed, [own])).toString()).toBe('rows')
    expect(decryptionKey('')).toEqual([])
  })

  it.each([
    ['a public key', () => recipient, /has a public key/],
    ['a public SSH key', () => ssh.publicKey, /has a public key/],
    [
      'a key file with a passphrase',
      () => '-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----',
      /protected by a passphrase/,
    ],
    ['a path', () => '/root/key.txt', /path of a file/],
    ['a key that is cut off', () => identity.slice(0, -1), /key 1, is not a whole private key/],
    ['a key of a device', () => 'AGE-PLUGIN-YUBIKEY-1QWT50D05NH5VUTPDZMLG5WN80XQ5NEGM4', /device or a program/],
    ['an RSA key', () => makeKeyPair(['-t', 'rsa', '-b', '2048']).privateKey, /another type than ssh-ed25519/],
    ['comments alone', () => '# created: today', /comments alone/],
  ])('refuses %s, and shows nothing of it', (_what, text, message) => {
    const secret = text()
    const error = refusal(() => decryptionKey(secret))
    expect(error.message).toMatch(message)
    expect(error.message).toMatch(/^Input "decryption-key"/)
    expect(error.advice).toMatch(/\S{4}/)
    expect(`${error.message}${error.advice}`).not.toContain(secret.slice(-12))
  })
})
