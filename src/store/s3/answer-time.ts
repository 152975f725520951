import type { S3Client } from '@aws-sdk/client-s3'
import type { StoreClock } from '../../runtime/runtime'

/** Has the clock learn the store's time from the `Date` of each answer, of errors too. */
export function readClock(client: S3Client, clock: Pick<StoreClock, 'asking'>): void {
  client.middlewareStack.add(
    next => async args => {
      const answered = clock.asking()
      const result = await next(args)
      answered(dateOf(result.response))
      return result
    },
    // The lowest step: each attempt by itself, and before an answer with an error is thrown.
    { step: 'deserialize', priority: 'low', name: 'readClock' },
  )
}

/** Undefined also for an answer out of a cache, whose date is that of an earlier request. */
function dateOf(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined
  const { headers } = response
  if (typeof headers !== 'object' || headers === null || 'age' in headers) return undefined
  const date: unknown = Reflect.get(headers, 'date')
  return typeof date === 'string' ? date : undefined
}
