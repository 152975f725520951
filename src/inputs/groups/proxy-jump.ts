import { isIPv6 } from 'node:net'
import { wrongInput } from '../../findings/wrong-input'
import { UserError } from '../../runtime/errors'
import { type InputReader, optional } from '../read'
import { parseHost } from './host'

/** A jump host and the user to log in as. */
export interface ProxyJump {
  user: string
  host: string
  port: number
}

/** The input `ssh-proxy-jump`, `user@host[:port]`; an IPv6 address with a port needs brackets. Undefined when empty. */
export function loadProxyJump(read: InputReader): ProxyJump | undefined {
  const name = 'ssh-proxy-jump'
  const value = optional(read, name)
  if (value === undefined) return undefined
  const refuse = (advice: string): UserError => wrongInput(name, 'be user@host or user@host:port', value, advice)
  if (value.includes('://')) throw refuse('Remove the scheme: write only the part after "://".')
  if (value.includes(',')) throw refuse('Only one jump host is supported, not a chain.')
  const at = value.lastIndexOf('@')
  if (at < 1) throw refuse('Add the user of the jump host, as in: backup@bastion.example.com')
  const user = value.slice(0, at)
  if (/[\s/]/.test(user) || user.startsWith('-')) throw refuse('For example: backup@bastion.example.com')
  if (user.includes(':')) {
    // The value is not shown, since it contains a password.
    throw new UserError(`Input "${name}" must not contain a password.`, {
      advice:
        'The jump host gets the same "ssh-key" or "ssh-password" as the server. Change the password that was written there.',
    })
  }
  const { host, port } = partsOf(value.slice(at + 1))
  if (port === undefined) throw refuse('The port must be a whole number from 1 to 65535.')
  try {
    return { user, host: parseHost(host, { host: name, port: name, user: name }), port }
  } catch (error) {
    // The message for a host alone does not fit this input.
    if (error instanceof UserError) throw refuse('For example: backup@bastion.example.com:2222')
    throw error
  }
}

/** A host and its port: 22 by default, undefined if invalid. */
function partsOf(text: string): { host: string; port: number | undefined } {
  const [, host, digits] = (isIPv6(text) ? null : /^(\[.*\]|[^:[]*):(.*)$/.exec(text)) ?? []
  if (host === undefined || digits === undefined) return { host: text, port: 22 }
  const port = /^[1-9][0-9]{0,4}$/.test(digits) ? Number(digits) : Number.NaN
  return { host, port: port <= 65535 ? port : undefined }
}
