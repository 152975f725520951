import { listed } from '../../findings/listed'
import { type ActionError, FailureError, UserError } from '../../runtime/errors'
import { fingerprintOf, kindOfKey } from '../keys/host-keys'
import { knownHostsName } from '../keys/host-pattern'
import { isWeakKey, keyTypeOf, rsaBitsMin, rsaBitsOf } from '../keys/key-blob'
import type { SshTarget } from '../remote'
import type { HostKeySearch } from './host-key-search'
import type { HostNames } from './route'

/** The error for a host whose keys are not pinned, with everything needed to compare and pin them. */
export function hostKeyError(target: SshTarget, names: HostNames, search: HostKeySearch): ActionError {
  const { host, port, hostKeys } = target
  const line = knownHostsName(host, port)
  const name = names.input.host === 'ssh-proxy-jump' ? `the jump host ${line}` : line
  const { shown } = search
  const find = (verdict: string) => shown.find(key => hostKeys.check(host, port, key) === verdict)
  const usable = shown.filter(key => !isWeakKey(key) && search.isSound(typeOf(key)))
  const how = usable.length > 0 ? howToCompare : makeHostKey
  const offers = offersOf(names, search)
  const facts = (...advice: string[]) => ({
    advice: advice.join(' '),
    safe: 'Nothing was sent to the server: no key, no password, no command.',
    detail: [
      'The host keys of the server as lines for the input "ssh-known-hosts":',
      ...usable.map(key => `${line} ${typeOf(key)} ${key.toString('base64')}`),
    ],
  })
  if (find('revoked') !== undefined) {
    return new UserError(
      `The host key of ${name} is marked @revoked in the input "ssh-known-hosts". ${offers}`,
      facts('Someone may be impersonating this server with a stolen key. If the mark is wrong, remove that line.'),
    )
  }
  const weak = find('weak')
  if (weak !== undefined) {
    return new UserError(
      `The host key of ${name} that is pinned in the input "ssh-known-hosts" is too weak: RSA with ${rsaBitsOf(weak)} bits, of at least ${rsaBitsMin}. Who has computed the private key from it can pose as the server. ${offers}`,
      facts(usable.length > 0 ? `The server has a stronger key: pin that one. ${how}` : how),
    )
  }
  const pinned = find('trusted')
  if (pinned !== undefined && !search.isSound(typeOf(pinned))) {
    return new UserError(
      `The host key of ${name} that is pinned in the input "ssh-known-hosts" is an RSA key, and the server proves it only by SHA-1 (ssh-rsa), which can be forged and is refused. ${offers}`,
      facts(
        usable.length > 0 ? `The server has another key: pin that one. ${how}` : how,
        'To keep the RSA key, the server needs OpenSSH 7.2 or newer, without a line "HostKeyAlgorithms" in /etc/ssh/sshd_config that allows ssh-rsa alone.',
      ),
    )
  }
  if (search.undecided.length > 0) {
    return new FailureError(
      `The host key of ${name} could not be compared with the pin in the input "ssh-known-hosts": the server did not show its ${kindsOf(search.undecided)} key. ${offers}`,
      facts('Run the job again.', how),
    )
  }
  if (find('changed') !== undefined || shown.length === 0) {
    return new UserError(
      `The host key of ${name} is not the one pinned in the input "ssh-known-hosts". ${offers}`,
      facts(
        'Either the server has a new key (reinstalled, moved, or the name points to another machine now), or someone is impersonating it.',
        `Do not replace the pin before you have compared the keys. ${how}`,
      ),
    )
  }
  return new UserError(
    `${whyUnpinned(target, name)}, so the identity of ${names.where} cannot be verified. ${offers}`,
    facts(how),
  )
}

function whyUnpinned({ host, port, hostKeys }: SshTarget, name: string): string {
  const idle = new Set(hostKeys.idle(host, port))
  if (idle.delete('@cert-authority')) {
    return `The input "ssh-known-hosts" has only @cert-authority lines for ${name}, and host certificates are not supported`
  }
  if (idle.size > 0) {
    return `The input "ssh-known-hosts" pins for ${name} only keys of a type that this action does not take (${listed([...idle], 3)})`
  }
  return `The input "ssh-known-hosts" pins no host key${hostKeys.count === 0 ? '' : ` for ${name}`}`
}

/** The fingerprints are in the message itself: who sees only the annotation can compare them. */
function offersOf({ where }: HostNames, search: HostKeySearch): string {
  const shown = search.shown.map(key => {
    const fault = isWeakKey(key) ? ', too weak' : search.isSound(typeOf(key)) ? '' : ', only by SHA-1'
    return `${fingerprintOf(key)} (${kindOfKey(typeOf(key))}${fault})`
  })
  const unseen = search.unseen.length > 0 ? `a key that it did not show (${kindsOf(search.unseen)})` : ''
  return `Host keys that ${where} offers: ${[...shown, unseen].filter(each => each !== '').join(', ') || 'unknown'}.`
}

/** What to do on a server without a host key that can be trusted. */
export const makeHostKey =
  'On the server, make a new host key: ssh-keygen -t ed25519 -N \'\' -f /etc/ssh/ssh_host_ed25519_key; add the line "HostKey /etc/ssh/ssh_host_ed25519_key" to /etc/ssh/sshd_config if it has other such lines, restart sshd, and pin the new key.'

const howToCompare =
  'On the server itself, run: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub (or ssh_host_rsa_key.pub, ssh_host_ecdsa_key.pub). If it prints a fingerprint that is also above, put it into "ssh-known-hosts", or the whole line for that key: the log has it.'

function typeOf(key: Buffer): string {
  return keyTypeOf(key) ?? ''
}

/** `RSA, ECDSA` for types of keys. */
export function kindsOf(types: readonly string[]): string {
  return listed([...new Set(types.map(kindOfKey))], 3)
}
