import { type ActionError, FailureError, UserError } from '../../runtime/errors'
import type { DialError } from '../link/dial-error'
import type { SshTarget } from '../remote'
import { makeHostKey } from './host-key-error'
import type { HostNames } from './route'

/** What both sides offered where nothing matched, separated by commas. */
export interface Algorithms {
  local: string
  remote: string
}

/** The facts for the message about a failed connection, apart from the error. No secrets. */
export interface DialFacts {
  names: HostNames
  /** The name of the jump host, if there is one. */
  through: string | undefined
  /** The client key that was offered: type and fingerprint. */
  offeredKey: string | undefined
  /** Only for the failure `algorithms`. */
  algorithms: Algorithms | undefined
  attempts: number
}

/** Turns a failed connection into an error for the user: what happened and what to do. */
export function explainDialError(error: DialError, target: SshTarget, facts: DialFacts): ActionError {
  const { host, port } = target
  const { Where, where, input } = facts.names
  const hint = facts.through === undefined ? firewallHint : jumpHint(facts.through)
  const tried = facts.attempts > 1 ? ` (${facts.attempts} attempts)` : ''
  const cause = error
  switch (error.failure) {
    case 'name':
      return nameError(error, target, facts)
    case 'resolver':
      return new FailureError(`The address of the host "${host}" could not be looked up${tried}: ${error.message}.`, {
        advice: 'The name servers of the host, or those of the runner, do not work. Run the job again.',
        cause,
      })
    case 'refused':
      return new FailureError(`${Where} refused the connection${tried}.`, {
        advice: `Nothing listens there, or a firewall refuses the connection. Check that the SSH server runs and that "${input.port}" is right. ${hint}`,
        cause,
      })
    case 'timeout':
      return new FailureError(`${Where} did not answer${tried}: ${error.message}.`, {
        advice: `The server is down, or a firewall drops the packets. ${hint}`,
        cause,
      })
    case 'algorithms':
      return algorithmsError(error, facts)
    case 'login':
      return loginError(error, target, facts)
    case 'network':
      return new FailureError(`The connection to ${where} broke off before the login${tried}: ${error.message}.`, {
        advice: `The SSH server may be busy (MaxStartups in sshd_config) or may have blocked this address (fail2ban, hosts.deny). ${hint}`,
        detail: greetingLines(error),
        cause,
      })
    case 'forwarding':
      return forwardingError(error, target, facts)
    case 'jump-lost':
      return new FailureError(`${host}:${port} was not reached: ${error.message}.`, {
        advice: 'Run the job again. If it happens often, check the log of the jump host.',
        cause,
      })
    default:
      return new FailureError(`${Where} did not complete the SSH handshake: ${error.message}.`, {
        advice: `Check that an SSH server, not another service, listens there ("${input.port}").`,
        detail: greetingLines(error),
        cause,
      })
  }
}

function algorithmsError(error: DialError, { names, algorithms }: DialFacts): UserError {
  const { what, keyword } = kinds.find(({ words }) => words.test(error.message)) ?? kinds[0]
  const theirs = algorithms?.remote.slice(0, 300) || 'none'
  const accepted = algorithms?.local.split(',').filter(name => !/^(ext-info|kex-strict)-/.test(name)) ?? []
  return new UserError(`${names.Where} offers no ${what} that is sound and known to this action, only: ${theirs}.`, {
    advice:
      keyword === 'HostKeyAlgorithms'
        ? `SHA-1 (ssh-rsa) and DSA (ssh-dss) are refused, since they can be forged. ${makeHostKey}`
        : `SHA-1, MD5 and groups of 1024 bits are refused, since they can be broken. In /etc/ssh/sshd_config on the server, remove the line "${keyword} …" or add one of these to it, then restart sshd: ${accepted.join(',')}. Every OpenSSH since 6.5 has them by default.`,
    cause: error,
  })
}

/** By the words of ssh2: the lists, and their keyword in sshd_config(5). */
const kinds = [
  { words: /key exchange/, what: 'key exchange', keyword: 'KexAlgorithms' },
  { words: /host key/, what: 'host key', keyword: 'HostKeyAlgorithms' },
  { words: /cipher/, what: 'cipher', keyword: 'Ciphers' },
  { words: /MAC/, what: 'message authentication code (MAC)', keyword: 'MACs' },
] as const

const firewallHint =
  "GitHub's hosted runners come from changing addresses: if a firewall allows only known addresses, use a self-hosted runner, or a larger runner with a static address."

function capital(words = 'The jump host'): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function jumpHint(through: string): string {
  return `The connection came from ${through}: a firewall must allow that host.`
}

function nameError(error: DialError, { host }: SshTarget, { names, through }: DialFacts): UserError {
  const { input } = names
  return new UserError(`The host "${host}" in the input "${input.host}" has no address: ${error.message}.`, {
    advice:
      through === undefined
        ? 'Check the spelling. A name that exists only in a private network cannot be found from a runner outside it.'
        : `Check the spelling. The name was looked up by ${through}, not by the runner.`,
    cause: error,
  })
}

function forwardingError(error: DialError, { host, port }: SshTarget, { through }: DialFacts): UserError {
  return new UserError(`${capital(through)} refuses to connect to ${host}:${port}: ${error.message}.`, {
    advice:
      'Allow it on the jump host: AllowTcpForwarding and PermitOpen in sshd_config, and "restrict,port-forwarding" instead of "restrict" before the key in authorized_keys.',
    cause: error,
  })
}

function loginError(error: DialError, target: SshTarget, facts: DialFacts): UserError {
  const { user, password } = target
  const offered = [
    ...(facts.offeredKey === undefined ? [] : [`the key ${facts.offeredKey}`]),
    ...(password === undefined ? [] : ['the password']),
  ]
  const methods = error.loginMethods
  const advice: string[] = []
  if (facts.offeredKey !== undefined) {
    advice.push(
      methods.length > 0 && !methods.includes('publickey')
        ? 'This server accepts no keys for this user.'
        : `The public key must be a line of ~/.ssh/authorized_keys of "${user}" on the server, and others must not be able to write to the home folder or ~/.ssh. The log of the server (journalctl -u ssh) says why it refused.`,
    )
  }
  if (password !== undefined) {
    advice.push(
      methods.length > 0 && !methods.includes('password') && !methods.includes('keyboard-interactive')
        ? 'This server accepts no passwords: use "ssh-key".'
        : 'Check "ssh-password". A second factor is not supported.',
    )
  } else if (methods.length > 0 && !methods.includes('publickey')) {
    advice.push('It may accept a password: "ssh-password".')
  }
  if (facts.names.input.host === 'ssh-proxy-jump') {
    advice.push('The jump host gets the same key and password as the server.')
  }
  if (facts.offeredKey?.startsWith('ssh-rsa') === true) {
    advice.push(
      'An RSA key is only used with SHA-2, which servers older than OpenSSH 7.2 do not know: they need an Ed25519 or ECDSA key.',
    )
  }
  if (user === 'root') advice.push('Many servers do not allow root to log in (PermitRootLogin).')
  return new UserError(
    `${facts.names.Host} did not let "${user}" in with ${offered.join(' or ') || 'neither key nor password'}.`,
    {
      advice: advice.join(' '),
      detail: [
        `The server's answer: ${error.message}.`,
        ...(methods.length > 0 ? [`It accepts: ${methods.join(', ')}.`] : []),
      ],
      cause: error,
    },
  )
}

function greetingLines(error: DialError): string[] {
  const greeting = error.greeting.trim().slice(0, 300)
  return greeting === '' ? [] : [`The server said: ${greeting}`]
}
