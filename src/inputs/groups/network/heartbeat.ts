import { UserError } from '../../../runtime/errors'
import { type InputReader, secret } from '../../read'

/** A secret: anyone who knows the URL can send reports. */
export const heartbeatSecrets = ['heartbeat-url'] as const

/** The input `heartbeat-url`, an http or https URL, never shown; undefined when empty. */
export function loadHeartbeat(read: InputReader): string | undefined {
  const value = secret(read, 'heartbeat-url')
  if (value === undefined) return undefined
  const refuse = (rule: string): UserError =>
    new UserError(`Input "heartbeat-url" must ${rule}.`, {
      advice:
        'Store the full URL from the monitor as a secret, for example https://hc-ping.com/ and an id. It is not shown here.',
    })
  if (/[\s\p{Cc}]/u.test(value)) throw refuse('not contain spaces or line breaks')
  const url = /^https?:\/\//i.test(value) ? URL.parse(value) : null
  if (url === null) throw refuse('be an http or https URL')
  if (url.username !== '' || url.password !== '') throw refuse('not contain a user or a password')
  return value
}
