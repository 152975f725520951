import { UserError } from '../../runtime/errors'
import { fingerprintOf, knownHostsName } from '../keys/host-keys'
import { isWeakKey, keyTypeOf, rsaBitsMin, rsaBitsOf } from '../keys/key-blob'
import type { SshTarget } from '../remote'
import type { HostNames } from './route'

/** The error for a host whose keys are not pinned, with everything needed to compare and pin them. */
export function hostKeyError(target: SshTarget, names: HostNames, offered: readonly Buffer[]): UserError {
  const { host, port, hostKeys } = target
  const line = knownHostsName(host, port)
  const name = names.input.host === 'ssh-proxy-jump' ? `the jump host ${line}` : line
  const verdicts = offered.map(key => hostKeys.check(host, port, key))
  const usable = offered.filter(key => !isWeakKey(key))
  const safe = 'Nothing was sent to the server: no key, no password, no command.'
  const detail = [
    `Host keys that ${names.where} offers:`,
    ...offered.map(key => `  ${fingerprintOf(key)} (${typeName(key)}${isWeakKey(key) ? ', too weak' : ''})`),
    'The same keys as lines for the input "ssh-known-hosts":',
    ...usable.map(key => `${line} ${keyTypeOf(key) ?? ''} ${key.toString('base64')}`),
  ]
  const facts = (...advice: string[]) => ({ advice: advice.join(' '), safe, detail })
  if (verdicts.includes('revoked')) {
    return new UserError(
      `The host key of ${name} is marked @revoked in the input "ssh-known-hosts".`,
      facts('Someone may be impersonating this server with a stolen key. If the mark is wrong, remove that line.'),
    )
  }
  const weak = offered[verdicts.indexOf('weak')]
  if (weak !== undefined) {
    return new UserError(
      `The host key of ${name} that is pinned in the input "ssh-known-hosts" is too weak: RSA with ${rsaBitsOf(weak)} bits, of at least ${rsaBitsMin}. Who has computed the private key from it can pose as the server.`,
      facts(usable.length > 0 ? `The server has a stronger key: pin that one. ${howToCompare}` : makeHostKey),
    )
  }
  if (verdicts.includes('changed')) {
    return new UserError(
      `The host key of ${name} is not the one pinned in the input "ssh-known-hosts".`,
      facts(
        'Either the server has a new key (reinstalled, moved, or the name points to another machine now), or someone is impersonating it.',
        `Do not replace the pin before you have compared the keys. ${howToCompare}`,
      ),
    )
  }
  const why =
    hostKeys.count === 0
      ? hostKeys.certificateAuthorities > 0
        ? 'The input "ssh-known-hosts" has only @cert-authority lines, and host certificates are not supported'
        : 'The input "ssh-known-hosts" pins no host key'
      : `The input "ssh-known-hosts" pins no host key for ${name}`
  return new UserError(`${why}, so the identity of ${names.where} cannot be verified.`, facts(howToCompare))
}

/** What to do on a server without a host key that can be trusted. */
export const makeHostKey =
  'On the server, make a new host key: ssh-keygen -t ed25519 -N \'\' -f /etc/ssh/ssh_host_ed25519_key; add the line "HostKey /etc/ssh/ssh_host_ed25519_key" to /etc/ssh/sshd_config if it has other such lines, restart sshd, and pin the new key.'

const howToCompare =
  'On the server itself, run: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub (or ssh_host_ecdsa_key.pub, ssh_host_rsa_key.pub). If it prints a fingerprint that is also in the log, put the line for that key into "ssh-known-hosts".'

function typeName(key: Buffer): string {
  const type = keyTypeOf(key) ?? ''
  return type.startsWith('ecdsa') ? 'ECDSA' : type === 'ssh-rsa' ? 'RSA' : type.replace('ssh-', '').toUpperCase()
}
