import { type ActionError, FailureError, UserError } from '../../runtime/errors'
import type { DialError } from '../link/dial-error'
import type { SshTarget } from '../remote'
import type { HostNames } from './route'

/** The facts for the message about a failed connection, apart from the error. No secrets. */
export interface DialFacts {
  names: HostNames
  /** The name of the jump host, if there is one. */
  through: string | undefined
  /** The client key that was offered: type and fingerprint. */
  offeredKey: string | undefined
  /** The algorithms of both sides; only for the failure `algorithms`. */
  algorithms: readonly string[]
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
      return new UserError(`${Where} and this action have no encryption algorithm in common: ${error.message}.`, {
        advice: 'Allow one of the algorithms of this action in sshd_config on the server. Both lists are in the log.',
        detail: facts.algorithms,
        cause,
      })
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
