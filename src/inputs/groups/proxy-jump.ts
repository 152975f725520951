import { isIPv6 } from 'node:net'
import { wrongInput } from '../../findings/wrong-input'
import { UserError } from '../../runtime/errors'
import { type InputReader, optional } from '../read'
import { parseHost } from './host'

/** Where a jump host is and who logs in there. */
export interface ProxyJump {
  user: string
  host: string
  port: number
}

/** The input `ssh-proxy-jump`, `user@host[:port]`; an IPv6 address with a port stands in brackets. Undefined when empty. */
export function loadProxyJump(read: InputReader): ProxyJump | undefined {
  const name = 'ssh-proxy-jump'
  const value = optional(read, name)
  if (value === undefined) return undefined
  const refuse = (advice: string): UserError =>
    wrongInput(name, 'be user@host or user@host:port', value, advice)
  if (value.includes('://')) throw refuse('Leave out the scheme: only what stands behind "://".')
  if (value.includes(',')) throw refuse('One jump host is supported, not a chain of them.')
  const at = value.lastIndexOf('@')
  if (at < 1) throw refuse('Write the user of the jump host too, as in: backup@bastion.example.com')
  const user = value.slice(0, at)
  if (/[\s/]/.test(user) || user.startsWith('-')) throw refuse('For example: backup@bastion.example.com')
  if (user.includes(':')) {
    // Not shown: what stands there is a password.
    throw new UserError(`Input "${name}" must not hold a password.`, {
      advice:
        'The jump host takes the same "ssh-key" or "ssh-password" as the server. Change the password that was put there.',
    })
  }
  const { host, port } = partsOf(value.slice(at + 1))
  if (port === undefined) throw refuse('The port must be a whole number from 1 to 65535.')
  try {
    return { user, host: parseHost(host, { host: name, port: name, user: name }), port }
  } catch (error) {
    // The rule for a lone host does not fit what stands in this input.
    if (error instanceof UserError) throw refuse('For example: backup@bastion.example.com:2222')
    throw error
  }
}

/** A host and its port: 22 where none is given, undefined where it is none. */
function partsOf(text: string): { host: string; port: number | undefined } {
  const [, host, digits] = (isIPv6(text) ? null : /^(\[.*\]|[^:[]*):(.*)$/.exec(text)) ?? []
  if (host === undefined || digits === undefined) return { host: text, port: 22 }
  const port = /^[1-9][0-9]{0,4}$/.test(digits) ? Number(digits) : Number.NaN
  return { host, port: port <= 65535 ? port : undefined }
}
