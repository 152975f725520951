import { readAll } from '../../findings/read-all'
import { wrongInput } from '../../findings/wrong-input'
import { defined } from '../../runtime/defined'
import { UserError } from '../../runtime/errors'
import { parseHostKeyPins } from '../../ssh/keys/host-keys'
import { readPrivateKey } from '../../ssh/keys/private-key'
import type { SshTarget } from '../../ssh/remote'
import { emptySecret, type InputReader, required, secret, wholeNumber } from '../read'
import { parseHost } from './host'
import { loadProxyJump } from './proxy-jump'

/** The secrets that `loadSsh` reads. */
export const sshSecrets = ['ssh-key', 'ssh-key-passphrase', 'ssh-password'] as const

/**
 * The inputs `ssh-*`. An empty `ssh-known-hosts` is accepted as pins that match no key: the connection then refuses and
 * prints the fingerprints that the server offers. A jump host gets the same login and the same pins.
 */
export function loadSsh(read: InputReader): SshTarget {
  const { host, port, user, login, hostKeys, jump } = readAll({
    host: () => readHost(read),
    port: () => wholeNumber(read, 'ssh-port', { min: 1, max: 65535 }) ?? 22,
    user: () => readUser(read),
    login: () => readLogin(read),
    hostKeys: () => parseHostKeyPins(read.input('ssh-known-hosts')),
    jump: () => loadProxyJump(read),
  })
  const target = { host, port, user, ...login, hostKeys }
  return jump === undefined ? target : { ...target, jump: { ...jump, ...login, hostKeys } }
}

function readHost(read: InputReader): string {
  const value = required(read, 'ssh-host', 'Set the name or the address of the server, as in: web1.example.com')
  return parseHost(value, { host: 'ssh-host', port: 'ssh-port', user: 'ssh-user' })
}

function readUser(read: InputReader): string {
  const user = required(read, 'ssh-user', 'Set the user to log in as on the server, as in: backup')
  if (/[\s/:]/.test(user) || user.startsWith('-') || user.length > 256) {
    throw wrongInput('ssh-user', 'be the name of a user', user, 'For example: backup')
  }
  const host = read.input('ssh-host')
  if (host !== '' && user.endsWith(`@${host}`)) {
    throw wrongInput('ssh-user', 'be the name of a user alone', user, 'Remove the "@" and the host after it.')
  }
  return user
}

/** `readKey` decrypts the key, so the passphrase is not passed on. */
function readLogin(read: InputReader): Pick<SshTarget, 'privateKey' | 'password'> {
  const { privateKey, password } = readAll({
    privateKey: () => readKey(read),
    password: () => readPassword(read),
  })
  if (privateKey === undefined && password === undefined) {
    throw new UserError('Input "ssh-key" or "ssh-password" is required, got neither.', {
      advice: `${emptySecret} Store a private key as a secret of the repository and pass it: ssh-key: \${{ secrets.SSH_KEY }}`,
    })
  }
  return {
    ...defined({ privateKey, password }),
  }
}

function readKey(read: InputReader): string | undefined {
  const { key, passphrase } = readAll({
    key: () => secret(read, 'ssh-key'),
    passphrase: () => secret(read, 'ssh-key-passphrase'),
  })
  if (key !== undefined) return readPrivateKey(key, passphrase)
  // It may be that of the signing key.
  if (passphrase === undefined || read.input('signing-key') !== '') return undefined
  throw new UserError('Input "ssh-key-passphrase" is set without "ssh-key".', {
    advice: 'Set the private key that it opens, or remove the passphrase.',
  })
}

function readPassword(read: InputReader): string | undefined {
  const password = secret(read, 'ssh-password')
  if (password !== undefined && /[\0\r\n]/.test(password)) {
    throw new UserError('Input "ssh-password" must be a single line.', {
      advice: 'Store only the password, without a line break. A private key belongs in "ssh-key".',
    })
  }
  return password
}
