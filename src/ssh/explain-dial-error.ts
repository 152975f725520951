import { type ActionError, FailureError, UserError } from '../runtime/errors'
import type { SshTarget } from './connection'
import type { DialError } from './dial-error'

/** What the words for a failed attempt need to know beside the error. No secrets. */
export interface DialFacts {
  /** The key that was offered to the server: type and fingerprint. */
  offeredKey: string | undefined
  /** What each side would have spoken; only for failure `algorithms`. */
  algorithms: readonly string[]
  attempts: number
}

/** Puts a failed connection into words for the user: what happened, and what to do about it. */
export function explainDialError(error: DialError, target: SshTarget, facts: DialFacts): ActionError {
  const { host, port } = target
  const where = `${host}:${port}`
  const tried = facts.attempts > 1 ? ` (${facts.attempts} attempts)` : ''
  const cause = error
  switch (error.failure) {
    case 'name':
      return new UserError(`The host "${host}" in the input "ssh-host" has no address: ${error.message}.`, {
        advice:
          'Check the spelling. A name that only a private network knows cannot be found from a runner outside of it.',
        cause,
      })
    case 'resolver':
      return new FailureError(
        `The address of the host "${host}" could not be looked up${tried}: ${error.message}.`,
        {
          advice: 'The name servers are at fault, or those that the runner asks. Run the job again.',
          cause,
        },
      )
    case 'refused':
      return new FailureError(`${where} refused the connection${tried}.`, {
        advice: `Nothing listens there, or a firewall refuses. Check that the SSH server runs and that "ssh-port" is right. ${firewallHint}`,
        cause,
      })
    case 'timeout':
      return new FailureError(`${where} did not answer${tried}: ${error.message}.`, {
        advice: `The server is down, or a firewall drops the packets. ${firewallHint}`,
        cause,
      })
    case 'algorithms':
      return new UserError(`${where} and this action have no common way to encrypt: ${error.message}.`, {
        advice:
          'Allow one of the algorithms of this action in sshd_config on the server. Both lists are in the log.',
        detail: facts.algorithms,
        cause,
      })
    case 'login':
      return loginError(error, target, facts)
    case 'network':
      return new FailureError(
        `The connection to ${where} broke off before the login${tried}: ${error.message}.`,
        {
          advice: `The SSH server may be busy (MaxStartups in sshd_config) or may have blocked this address (fail2ban, hosts.deny). ${firewallHint}`,
          detail: greetingLines(error),
          cause,
        },
      )
    default:
      return new FailureError(`${where} did not complete the SSH handshake: ${error.message}.`, {
        advice: 'Check that an SSH server, and not another service, listens there ("ssh-port").',
        detail: greetingLines(error),
        cause,
      })
  }
}

const firewallHint =
  "GitHub's hosted runners come from changing addresses: a firewall that lets only known addresses in needs a self-hosted runner, or a larger runner with a fixed address."

function loginError(error: DialError, target: SshTarget, facts: DialFacts): UserError {
  const { host, user, password } = target
  const offered = [
    ...(facts.offeredKey === undefined ? [] : [`the key ${facts.offeredKey}`]),
    ...(password === undefined ? [] : ['the password']),
  ]
  const methods = error.loginMethods
  const advice: string[] = []
  if (facts.offeredKey !== undefined) {
    advice.push(
      methods.length > 0 && !methods.includes('publickey')
        ? 'This server takes no keys for this user.'
        : `The public half of that key must be a line of ~/.ssh/authorized_keys of "${user}" on the server, and neither the home folder nor ~/.ssh may be writable by others. The server's own log (journalctl -u ssh) says why it refused.`,
    )
  }
  if (password !== undefined) {
    advice.push(
      methods.length > 0 && !methods.includes('password') && !methods.includes('keyboard-interactive')
        ? 'This server takes no passwords: use "ssh-key".'
        : 'Check "ssh-password". A second factor cannot be answered here.',
    )
  } else if (methods.length > 0 && !methods.includes('publickey')) {
    advice.push('It may take a password: "ssh-password".')
  }
  if (user === 'root') advice.push('Many servers do not let root in at all (PermitRootLogin).')
  return new UserError(
    `${host} did not let "${user}" in with ${offered.join(' or ') || 'neither key nor password'}.`,
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
