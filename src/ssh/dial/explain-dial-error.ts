import { quotedName } from '../../findings/quoted-name'
import { type ActionError, FailureError, UserError } from '../../runtime/errors'
import type { DialError } from '../link/dial-error'
import { algorithms } from '../link/link'
import type { SshTarget } from '../remote'
import type { DialFacts } from './dial-facts'
import { kindsOf, makeHostKey } from './host-key-error'
import { closedLoginError, loginError, passwordExpiredError } from './login-error'
import { notSshError } from './not-ssh-error'
import { addressOf } from './route'

/** Turns a failed connection into an error for the user: what happened and what to do. */
export function explainDialError(error: DialError, target: SshTarget, facts: DialFacts): ActionError {
  switch (error.failure) {
    case 'name':
      return nameError(error, target, facts)
    case 'not-ssh':
      return notSshError(error, facts)
    case 'algorithms':
      return algorithmsError(error, facts)
    case 'login':
      return loginError(error, target, facts)
    case 'login-closed':
      return closedLoginError(error, target, facts)
    case 'password-expired':
      return passwordExpiredError(error, target, facts)
    case 'forwarding':
      return forwardingError(error, target, facts)
    default: {
      const { message, advice, detail } = networkFailure(error, target, facts)
      return new FailureError([message, ...undecidedPin(facts)].join(' '), {
        advice,
        detail: detail ?? [],
        cause: error,
      })
    }
  }
}

interface Explanation {
  message: string
  advice: string
  detail?: string[]
}

/** What another run may get over. */
function networkFailure(error: DialError, { host, port }: SshTarget, facts: DialFacts): Explanation {
  const { Where, where, input } = facts.names
  const hint = facts.through === undefined ? firewallHint : jumpHint(facts.through)
  const tried = facts.attempts > 1 ? ` (${facts.attempts} attempts)` : ''
  switch (error.failure) {
    case 'resolver':
      return {
        message: `The address of the host "${host}" could not be looked up${tried}: ${error.message}.`,
        advice: 'The name servers of the host, or those of the runner, do not work. Run the job again.',
      }
    case 'refused':
      return {
        message: `${Where} refused the connection${tried}.`,
        advice: `Nothing listens there, or a firewall refuses the connection. Check that the SSH server runs and that "${input.port}" is right. ${hint}`,
      }
    case 'timeout':
      return {
        message: `${Where} did not answer${tried}: ${error.message}.`,
        advice: `The server is down, or a firewall drops the packets. ${hint}`,
      }
    case 'silent':
      return {
        message: `${Where} accepted the connection and did not answer${tried}: an SSH server greets first, and nothing arrived.`,
        advice: `Another service may listen there: check "${input.port}". If it is the SSH server, it hangs or is overloaded: look at its load, then restart it.`,
      }
    case 'penalty':
      return {
        message: `${Where} refuses all connections from this address for a while${tried}, because earlier ones failed or did not log in (PerSourcePenalties of OpenSSH).`,
        advice:
          'Wait some minutes and run the job again. If it happens again, look for what else connects from the address of the runner (journalctl -u ssh on the server names it), or exempt that address in /etc/ssh/sshd_config: PerSourcePenaltyExemptList <address>',
      }
    case 'network':
      return {
        message: `The connection to ${where} broke off before the login${tried}: ${error.message}.`,
        advice: `The SSH server may be busy (MaxStartups in sshd_config) or may have blocked this address (fail2ban, hosts.deny). ${hint}`,
        detail: greetingLines(error),
      }
    case 'jump-lost':
      return {
        message: `${addressOf(host, port)} was not reached: ${error.message}.`,
        advice: 'Run the job again. If it happens often, check the log of the jump host.',
      }
    default:
      return {
        message: `${Where} did not complete the SSH handshake: ${error.message}.`,
        advice: `Check that an SSH server, not another service, listens there ("${input.port}").`,
        detail: greetingLines(error),
      }
  }
}

/** A failed look at a key is no sign of a wrong one. */
function undecidedPin({ undecided }: DialFacts): string[] {
  if (undecided.length === 0) return []
  return [
    `The host key is neither confirmed nor refused: the pinned one may be the ${kindsOf(undecided)} key of the server, which it has not shown yet.`,
  ]
}

function algorithmsError(error: DialError, { names }: DialFacts): UserError {
  const { what, keyword, accepted, list } = kinds.find(({ words }) => words.test(error.message)) ?? kinds[0]
  const theirs = error.hello.algorithms?.[list].filter(name => !/^(ext-info|kex-strict)-/.test(name)).join(',')
  return new UserError(
    `${names.Where} offers no ${what} that is sound and known to this action, only: ${theirs?.slice(0, 300) || 'none'}.`,
    {
      advice:
        keyword === 'HostKeyAlgorithms'
          ? `SHA-1 (ssh-rsa) and DSA (ssh-dss) are refused, since they can be forged. ${makeHostKey}`
          : `SHA-1, MD5 and groups of 1024 bits are refused, since they can be broken. In /etc/ssh/sshd_config on the server, remove the line "${keyword} …" or add one of these to it, then restart sshd: ${accepted.join(',')}. Every OpenSSH since 6.5 has them by default.`,
      cause: error,
    },
  )
}

/** By the words of ssh2: the lists, their keyword in sshd_config(5), and what is accepted. */
const kinds = [
  { words: /key exchange/, what: 'key exchange', keyword: 'KexAlgorithms', list: 'kex', accepted: algorithms.kex },
  { words: /host key/, what: 'host key', keyword: 'HostKeyAlgorithms', list: 'hostKey', accepted: [] },
  { words: /cipher/, what: 'cipher', keyword: 'Ciphers', list: 'cipher', accepted: algorithms.cipher },
  {
    words: /MAC/,
    what: 'message authentication code (MAC)',
    keyword: 'MACs',
    list: 'mac',
    accepted: algorithms.hmac,
  },
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
  return new UserError(`${capital(through)} refuses to connect to ${addressOf(host, port)}: ${error.message}.`, {
    advice:
      'Allow it on the jump host: AllowTcpForwarding and PermitOpen in sshd_config, and "restrict,port-forwarding" instead of "restrict" before the key in authorized_keys.',
    cause: error,
  })
}

function greetingLines({ hello }: DialError): string[] {
  const said = hello.text.trim().slice(0, 300)
  return said === '' ? [] : [`The server said: ${quotedName(said)}`]
}
