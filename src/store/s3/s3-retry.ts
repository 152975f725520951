import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { readFault } from './s3-fault'

/**
 * Decides when a request is retried and how long it waits. Unlike the SDK's own strategy it also retries a part that
 * arrived damaged, waits long enough for a restart of the store (about 20 s over eight attempts, 50 s if the store asks
 * to slow down), and has no shared budget that an hour-long upload could use up.
 */
export function retryStrategy(options: {
  maxAttempts: number
  baseDelayMs: number
}): NonNullable<S3ClientConfig['retryStrategy']> {
  let hasCorrectedClock = false
  return {
    acquireInitialRetryToken: async () => token(0, 0),
    recordSuccess: () => {},
    refreshRetryTokenForRetry: async (previous, { error, retryAfterHint }) => {
      const retries = previous.getRetryCount() + 1
      // The answer to HEAD has no code. The SDK sets the mark with any error, so it counts for the first refusal only.
      const isNowInTime = !hasCorrectedClock && isRefusedForItsTime(error)
      if (isNowInTime) hasCorrectedClock = true
      // The SDK treats any rejection as "no further attempt" and throws the error of the request.
      else if (retries >= attemptsWorth(error, options.maxAttempts)) throw new Error('No further attempt.')
      const slower = isThrottled(error) ? 4 : 1
      const longest = Math.min(longestDelayMs, options.baseDelayMs * slower * 2 ** (retries - 1))
      // Half of it is random, so that parts that failed together are not retried together.
      const delayMs = longest / 2 + (longest / 2) * Math.random()
      const requestedMs = retryAfterHint === undefined ? 0 : retryAfterHint.getTime() - Date.now()
      return token(retries, Math.max(delayMs, Math.min(requestedMs, longestDelayMs)))
    },
  }
}

/** Whether the same request may succeed when it is retried. */
export function isRetryable(error: unknown): boolean {
  const { code, status } = readFault(error)
  return retryableCodes.has(code) || (status !== undefined && retryableStatuses.has(status))
}

/** Whether a failed request may have taken effect: its response was lost, or the store failed afterwards. */
export function mayHaveTakenEffect(error: unknown): boolean {
  const { status, attempts } = readFault(error)
  // After an attempt whose response was lost, the next one finds the work done and the upload gone.
  if (status === 404) return attempts > 1
  return status === undefined || status < 300 || status >= 500
}

/** The SDK's maximum delay between two attempts. */
const longestDelayMs = 20_000

const throttlingCodes = ['SlowDown', 'Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequests']

const tooSkewed = 'RequestTimeTooSkewed'

const retryableCodes = new Set([
  ...throttlingCodes,
  // The body was damaged or cut off in transit; the part in memory is intact.
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'IncompleteBody',
  'InternalError',
  'ServiceUnavailable',
  'OperationAborted',
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  // The SDK has taken the store's time from this answer.
  tooSkewed,
])

const retryableStatuses = new Set([408, 429, 500, 502, 503, 504])

function attemptsWorth(error: unknown, maxAttempts: number): number {
  if (!isRetryable(error)) return 1
  const { code } = readFault(error)
  if (code === tooSkewed) return Math.min(2, maxAttempts)
  // Usually a misspelt name, rarely a temporary failure of the resolver.
  return code === 'ENOTFOUND' ? Math.min(3, maxAttempts) : maxAttempts
}

function isRefusedForItsTime(error: unknown): boolean {
  const { status, isClockCorrected } = readFault(error)
  return isClockCorrected && status === 403
}

function isThrottled(error: unknown): boolean {
  const { code, status } = readFault(error)
  return status === 429 || throttlingCodes.includes(code)
}

function token(retries: number, delayMs: number) {
  return { getRetryCount: () => retries, getRetryDelay: () => delayMs, getRetryCost: () => 0 }
}
