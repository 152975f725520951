import { UserError } from '../../runtime/errors'
import { fingerprintOf, knownHostsName } from '../keys/host-keys'
import { keyTypeOf } from '../keys/key-blob'
import type { SshTarget } from '../remote'
import type { HostNames } from './route'

/** The refusal of a host whose keys are not the pinned ones, with everything needed to compare and to pin them. */
export function hostKeyError(target: SshTarget, names: HostNames, offered: readonly Buffer[]): UserError {
  const { host, port, hostKeys } = target
  const line = knownHostsName(host, port)
  const name = names.input.host === 'ssh-proxy-jump' ? `the jump host ${line}` : line
  const verdicts = offered.map(key => hostKeys.check(host, port, key))
  const safe = 'Nothing was sent to the server: no key, no password, no command.'
  const detail = [
    `Host keys that ${names.where} offers:`,
    ...offered.map(key => `  ${fingerprintOf(key)} (${typeName(key)})`),
    'The same as lines for the input "ssh-known-hosts":',
    ...offered.map(key => `${line} ${keyTypeOf(key) ?? ''} ${key.toString('base64')}`),
  ]
  const facts = (...advice: string[]) => ({ advice: advice.join(' '), safe, detail })
  if (verdicts.includes('revoked')) {
    return new UserError(
      `The host key of ${name} is marked @revoked in the input "ssh-known-hosts".`,
      facts(
        'Somebody may be posing as this server with a stolen key. If the mark is wrong, remove that line.',
      ),
    )
  }
  if (verdicts.includes('changed')) {
    return new UserError(
      `The host key of ${name} is not the one pinned in the input "ssh-known-hosts".`,
      facts(
        'Either the server got a new key (reinstalled, moved, or the name leads to another machine now), or somebody between here and there is posing as it.',
        `Do not replace the pin before you have compared. ${howToCompare}`,
      ),
    )
  }
  const why =
    hostKeys.count === 0
      ? hostKeys.certificateAuthorities > 0
        ? 'The input "ssh-known-hosts" holds only @cert-authority lines, and host certificates are not supported'
        : 'The input "ssh-known-hosts" pins no host key'
      : `The input "ssh-known-hosts" pins no host key for ${name}`
  return new UserError(`${why}, so ${names.where} cannot be told from an impostor.`, facts(howToCompare))
}

const howToCompare =
  'On the server itself, run: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub (or ssh_host_ecdsa_key.pub, ssh_host_rsa_key.pub). If a fingerprint it prints is among those listed in the log, put the line for that key into "ssh-known-hosts".'

function typeName(key: Buffer): string {
  const type = keyTypeOf(key) ?? ''
  return type.startsWith('ecdsa')
    ? 'ECDSA'
    : type === 'ssh-rsa'
      ? 'RSA'
      : type.replace('ssh-', '').toUpperCase()
}
