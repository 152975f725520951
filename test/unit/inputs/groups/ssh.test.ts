import { generateKeyPairSync } from 'node:crypto'
import { loadSsh } from '../../../../src/inputs/groups/ssh'
import { faultsOf, given, refusal } from '../reading'

const fingerprint = 'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8'
const good = {
  'ssh-host': 'web1.example.com',
  'ssh-user': 'backup',
  'ssh-password': 'correct horse',
  'ssh-known-hosts': fingerprint,
}
const rsa = { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' } } as const
const plainKey = generateKeyPairSync('rsa', { ...rsa, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } })
const lockedKey = generateKeyPairSync('rsa', {
  ...rsa,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' },
})

describe('loadSsh', () => {
  it('reads a login by password, with port 22 where none is given', () => {
    const { hostKeys, ...rest } = loadSsh(given(good))
    expect(rest).toEqual({ host: 'web1.example.com', port: 22, user: 'backup', password: 'correct horse' })
    expect(hostKeys.count).toBe(1)
  })

  it('reads a private key and masks it', () => {
    const { 'ssh-password': _, ...rest } = good
    const read = given({ ...rest, 'ssh-key': plainKey.privateKey, 'ssh-port': '2222' })
    const target = loadSsh(read)
    expect(target).toMatchObject({ port: 2222 })
    expect(target.privateKey?.trim()).toBe(plainKey.privateKey.trim())
    expect(target).not.toHaveProperty('password')
    expect(read.secrets).toContain(plainKey.privateKey.trim())
  })

  it('opens a private key with its passphrase', () => {
    const read = given({ ...good, 'ssh-key': lockedKey.privateKey, 'ssh-key-passphrase': 'open sesame' })
    expect(loadSsh(read).privateKey).toContain('BEGIN RSA PRIVATE KEY')
    expect(read.secrets).toContain('open sesame')
  })

  it('gives the jump host the same login and the same pins', () => {
    const target = loadSsh(given({ ...good, 'ssh-proxy-jump': 'jump@bastion.example.com:2222' }))
    expect(target.jump).toEqual({
      host: 'bastion.example.com',
      port: 2222,
      user: 'jump',
      password: 'correct horse',
      hostKeys: target.hostKeys,
    })
    expect(loadSsh(given(good))).not.toHaveProperty('jump')
  })

  it('lets empty known hosts pass, which trust nothing', () => {
    const { hostKeys } = loadSsh(given({ ...good, 'ssh-known-hosts': '' }))
    expect(hostKeys.count).toBe(0)
    expect(hostKeys.check('web1.example.com', 22, Buffer.from('key'))).toBe('unknown')
  })

  it.each([
    ['web1.example.com', 'web1.example.com'],
    ['WEB-1_a.example.com.', 'WEB-1_a.example.com.'],
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
  ])('takes the host %s', (value, host) => {
    expect(loadSsh(given({ ...good, 'ssh-host': value })).host).toBe(host)
  })

  it.each([
    ['ssh://web1', 'Remove the scheme: write only the part after "://".'],
    ['deploy@web1', 'The part before the "@" belongs in "ssh-user".'],
    ['web1/srv', 'Remove the slash and everything after it.'],
    ['web1:2222', 'The port belongs in "ssh-port": "2222".'],
    ['web1:', 'The port belongs in "ssh-port".'],
    ['[2001:db8::1]:2222', 'The port belongs in "ssh-port": "2222".'],
    ['[2001:db8::g]', 'For example: web1.example.com'],
    ['web 1', 'For example: web1.example.com'],
    ['-oProxyCommand=x', 'For example: web1.example.com'],
    ['$(id)', 'For example: web1.example.com'],
    ['bücher.example', 'Write an international name in its "xn--" form.'],
  ])('refuses the host %s', (value, advice) => {
    const error = refusal(() => loadSsh(given({ ...good, 'ssh-host': value })))
    expect(error.message).toBe(`Input "ssh-host" must be a host name or an IP address, got "${value}".`)
    expect(error.advice).toBe(advice)
  })

  it('refuses a host of more than 253 characters', () => {
    const error = refusal(() => loadSsh(given({ ...good, 'ssh-host': `${'a.'.repeat(126)}aa` })))
    expect(error.message).toMatch(/^Input "ssh-host" must be a host name or an IP address, got "a\./)
  })

  it.each(['backup', 'www-data', 'user_1', 'DOMAIN\\backup', 'backup@corp.example'])('takes the user %s', user => {
    expect(loadSsh(given({ ...good, 'ssh-user': user })).user).toBe(user)
  })

  it.each(['two words', '-l', 'user:password', '../x'])('refuses the user %s', user => {
    expect(refusal(() => loadSsh(given({ ...good, 'ssh-user': user }))).message).toBe(
      `Input "ssh-user" must be the name of a user, got "${user}".`,
    )
  })

  it('refuses a user with the host behind it', () => {
    const error = refusal(() => loadSsh(given({ ...good, 'ssh-user': 'backup@web1.example.com' })))
    expect(error.message).toBe('Input "ssh-user" must be the name of a user alone, got "backup@web1.example.com".')
    expect(error.advice).toBe('Remove the "@" and the host after it.')
  })

  it('shows nothing of a private key in the wrong input', () => {
    const error = refusal(() => loadSsh(given({ ...good, 'ssh-user': plainKey.privateKey.replaceAll('\n', ' ') })))
    expect(error.message).toBe('Input "ssh-user" must be the name of a user, got a private key.')
  })

  it.each([
    ['ssh-host', 'Input "ssh-host" is required, got nothing.'],
    ['ssh-user', 'Input "ssh-user" is required, got nothing.'],
    ['ssh-password', 'Input "ssh-key" or "ssh-password" is required, got neither.'],
  ])('requires %s', (name, message) => {
    expect(refusal(() => loadSsh(given({ ...good, [name]: '' }))).message).toBe(message)
  })

  it.each([
    ['ssh-proxy-jump', 'bastion', 'Input "ssh-proxy-jump" must be user@host or user@host:port, got "bastion".'],
    ['ssh-port', '22a', 'Input "ssh-port" must be a whole number from 1 to 65535, got "22a".'],
    ['ssh-port', 'true', 'Input "ssh-port" must be a whole number from 1 to 65535, got "true".'],
    ['ssh-password', 'abc', 'Input "ssh-password" is a secret of fewer than 4 characters.'],
    ['ssh-password', 'ab\ncd', 'Input "ssh-password" must be a single line.'],
    ['ssh-key-passphrase', 'abc', 'Input "ssh-key-passphrase" is a secret of fewer than 4 characters.'],
    ['ssh-key-passphrase', 'open sesame', 'Input "ssh-key-passphrase" is set without "ssh-key".'],
    ['ssh-key', 'abc', 'Input "ssh-key" is a secret of fewer than 4 characters.'],
  ])('refuses %s %j', (name, value, message) => {
    expect(refusal(() => loadSsh(given({ ...good, [name]: value }))).message).toBe(message)
  })

  it('passes on what is wrong with the key and the known hosts', () => {
    const error = refusal(() =>
      loadSsh(given({ ...good, 'ssh-key': 'ssh-ed25519 AAAA public', 'ssh-known-hosts': 'nonsense' })),
    )
    expect(faultsOf(error).join('\n')).toMatch(/"ssh-key" is a public key[\s\S]*"ssh-known-hosts", line 1,/)
  })
})
