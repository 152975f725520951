import { quotedName } from '../../findings/quoted-name'
import { type ActionError, FailureError, UserError } from '../../runtime/errors'
import { printableLines } from '../../runtime/text/printable'
import type { DialError } from '../link/dial-error'
import type { SshTarget } from '../remote'
import type { DialFacts } from './dial-facts'

/** The error for a server that refuses the login: which key or password it was, and what the server wants instead. */
export function loginError(error: DialError, target: SshTarget, facts: DialFacts): UserError {
  const { login } = error
  if (login.accepted.length > 0) return secondFactorError(error, target, facts)
  const { user, password } = target
  const offered = [
    ...(facts.offeredKey === undefined ? [] : [`the key ${facts.offeredKey}`]),
    ...(password === undefined ? [] : ['the password']),
  ]
  return new UserError(
    [
      `${facts.names.Host} did not let "${user}" in with ${offered.join(' or ') || 'neither key nor password'}.`,
      ...questionsOf(login),
    ].join(' '),
    { advice: loginAdvice(error, target, facts).join(' '), detail: loginDetail(error), cause: error },
  )
}

/** The error for a server that ends the connection in the middle of the login, as it does for an account that has expired. */
export function closedLoginError(error: DialError, { user }: SshTarget, { names, attempts }: DialFacts): ActionError {
  const said = error.login.banner.trim().replace(/\s+/g, ' ')
  const tried = attempts > 1 ? ` (${attempts} attempts)` : ''
  const message = `${names.Host} closed the connection while "${user}" logged in${tried}: ${error.message}.`
  return new (error.isRetryable ? FailureError : UserError)(
    said === '' ? message : `${message} It said: ${quotedName(said)}.`,
    {
      advice: `The account may have expired or be locked (on the server: chage -l ${user}), logins may be forbidden at the moment (/etc/nologin) or for this user or address (/etc/security/access.conf). The log of the server says why: journalctl -u ssh`,
      detail: loginDetail(error),
      cause: error,
    },
  )
}

/** The error for a password that the server takes only to change it. */
export function passwordExpiredError(error: DialError, { user }: SshTarget, { names }: DialFacts): UserError {
  return new UserError(`The password of "${user}" has expired: ${names.host} wants a new one before the login.`, {
    advice: `On the server, set another one (passwd ${user}) and store it as "ssh-password". For the account of a program, end the expiry: chage -d "$(date +%F)" -M -1 ${user}. A key in "ssh-key" is better than a password.`,
    cause: error,
  })
}

/** The server accepted a method as one of several (`AuthenticationMethods` in sshd_config(5)). */
function secondFactorError(error: DialError, { user, password }: SshTarget, facts: DialFacts): UserError {
  const { accepted, remaining } = error.login
  const { Host } = facts.names
  const first = accepted.map(method => (method === 'publickey' ? `the key ${facts.offeredKey}` : 'the password'))
  const next = remaining.map(method => wanted[method] ?? method).join(' or ')
  const isPasswordMissing = remaining.includes('password') && password === undefined
  return new UserError(
    `${Host} accepted ${first.join(' and ')} of "${user}" and then asked for a second factor: ${next}. ${
      password !== undefined && remaining.some(method => method !== 'publickey')
        ? 'The password did not satisfy it.'
        : 'A run without a person cannot give it.'
    }`,
    {
      advice: [
        ...(isPasswordMissing ? ['If the password of the user is meant, set "ssh-password" too.'] : []),
        `To exempt this user, add these two lines at the end of /etc/ssh/sshd_config on the server, before the first other line "Match" if there is one: "Match User ${user}" and "AuthenticationMethods ${accepted.join(',')}". Then: sshd -t && systemctl reload ssh (sshd on Red Hat).`,
      ].join(' '),
      detail: loginDetail(error),
      cause: error,
    },
  )
}

const wanted: Record<string, string> = {
  'keyboard-interactive': 'an answer by keyboard (keyboard-interactive: a code or a password)',
  password: 'a password',
  publickey: 'another key (publickey)',
  hostbased: 'a host key of the client (hostbased)',
}

function loginAdvice({ login }: DialError, { user, password }: SshTarget, facts: DialFacts): string[] {
  const methods = login.remaining
  const takesNo = (...wanted: string[]) => methods.length > 0 && !wanted.some(method => methods.includes(method))
  const advice: string[] = []
  if (facts.offeredKey !== undefined) {
    advice.push(
      takesNo('publickey')
        ? 'This server accepts no keys for this user.'
        : `Check "ssh-user" and the secret of the key. The public key must be a line of ~/.ssh/authorized_keys of "${user}" on the server, and others must not be able to write to the home folder or ~/.ssh. The log of the server (journalctl -u ssh) says why it refused.`,
    )
  }
  if (password !== undefined) {
    advice.push(
      takesNo('password', 'keyboard-interactive')
        ? 'This server accepts no passwords: use "ssh-key".'
        : 'Check "ssh-password". A second factor is not supported.',
    )
  } else if (takesNo('publickey')) advice.push('It may accept a password: "ssh-password".')
  if (facts.names.input.host === 'ssh-proxy-jump') {
    advice.push('The jump host gets the same key and password as the server.')
  }
  if (facts.offeredKey?.startsWith('ssh-rsa') === true) {
    advice.push(
      'An RSA key is only used with SHA-2, which servers older than OpenSSH 7.2 do not know: they need an Ed25519 or ECDSA key.',
    )
  }
  if (user === 'root') advice.push('Many servers do not allow root to log in (PermitRootLogin).')
  return advice
}

/** For the log: what the server answered, asked and said. */
function loginDetail({ message, login }: DialError): string[] {
  const { remaining } = login
  return [
    `The server's answer: ${message}.`,
    ...(remaining.length > 0 ? [`It accepts: ${remaining.join(', ')}.`] : []),
    ...questionsOf(login),
    ...bannerLines(login.banner),
  ]
}

/** A password that was refused and a code that nobody could give look alike but for the question. */
function questionsOf({ questions }: DialError['login']): string[] {
  return questions.length > 0 ? [`It asked: ${questions.map(question => quotedName(question.trim())).join(', ')}.`] : []
}

function bannerLines(banner: string): string[] {
  const lines = printableLines(banner).filter(line => line.trim() !== '')
  return lines.length > 0 ? ['It said:', ...lines] : []
}
