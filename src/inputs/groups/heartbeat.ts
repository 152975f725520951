import { UserError } from '../../runtime/errors'
import { type InputReader, secret } from '../read'

/** The secret among the inputs: who knows the address can report in its owner's name. */
export const heartbeatSecrets = ['heartbeat-url'] as const

/** The input `heartbeat-url`, an http or https address, never shown; undefined when empty. */
export function loadHeartbeat(read: InputReader): string | undefined {
  const value = secret(read, 'heartbeat-url')
  if (value === undefined) return undefined
  const refuse = (rule: string): UserError =>
    new UserError(`Input "heartbeat-url" must ${rule}.`, {
      advice:
        'Store the whole address as a secret, as the monitor shows it: https://hc-ping.com/ and an id, for example. It is not shown here.',
    })
  if (/[\s\p{Cc}]/u.test(value)) throw refuse('not hold spaces or line breaks')
  const url = /^https?:\/\//i.test(value) ? URL.parse(value) : null
  if (url === null) throw refuse('be an http or https address')
  if (url.username !== '' || url.password !== '') throw refuse('not hold a user or a password')
  return value
}
