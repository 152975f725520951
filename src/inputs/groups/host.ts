import { isIPv6 } from 'node:net'
import { shown, wrongInput } from '../../findings/wrong-input'
import type { UserError } from '../../runtime/errors'

/** A host name, or an IP address without brackets. `inputs`: names of the inputs for host, port and user. */
export function parseHost(value: string, inputs: { host: string; port: string; user: string }): string {
  const refuse = (advice: string): UserError => wrongInput(inputs.host, rule, value, advice)
  if (value.includes('://')) throw refuse(`Remove the scheme: write only the part after "://".`)
  if (value.includes('@')) throw refuse(`The part before the "@" belongs in "${inputs.user}".`)
  if (value.includes('/')) throw refuse('Remove the slash and everything after it.')
  const bare = /^\[([^\]]*)\]$/.exec(value)?.[1] ?? value
  if (isIPv6(bare)) return bare
  const port = /^(?:\[.*\]|[^:]*):([0-9]*)$/.exec(value)?.[1]
  if (port !== undefined) throw refuse(`The port belongs in "${inputs.port}"${port && `: ${shown(port)}`}.`)
  if (/[^\x20-\x7e]/.test(value)) throw refuse('Write an international name in its "xn--" form.')
  if (!hostName.test(value) || value.length > 253) throw refuse('For example: web1.example.com')
  return value
}

const rule = 'be a host name or an IP address'
const hostName = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_.])?$/
