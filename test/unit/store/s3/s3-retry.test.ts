import fc from 'fast-check'
import { isRetryable, mayHaveTakenEffect, retryStrategy } from '../../../../src/store/s3/s3-retry'

/** As the SDK throws it. */
function answered(name: string, status: number, attempts = 1): Error {
  return Object.assign(new Error('said the store'), { name, $metadata: { httpStatusCode: status, attempts } })
}

function broken(code: string): Error {
  return Object.assign(new Error('said Node'), { code })
}

/** The delays before each further attempt, until the strategy gives up. */
async function delays(failure: Error, maxAttempts: number, retryAfterHint?: Date): Promise<number[]> {
  const strategy = retryStrategy({ maxAttempts, baseDelayMs: 200 })
  if (!('refreshRetryTokenForRetry' in strategy)) throw new Error('The SDK would not take this strategy.')
  // The SDK's type of an error knows no cause but an Error.
  const error = Object.assign(failure, { cause: new Error('deeper') })
  const waited: number[] = []
  let token = await strategy.acquireInitialRetryToken('')
  for (;;) {
    try {
      const facts = { error, errorType: 'TRANSIENT' as const }
      token = await strategy.refreshRetryTokenForRetry(
        token,
        retryAfterHint === undefined ? facts : { ...facts, retryAfterHint },
      )
    } catch {
      return waited
    }
    waited.push(token.getRetryDelay())
  }
}

describe('isRetryable', () => {
  it.each([
    answered('SlowDown', 503),
    answered('InternalError', 200),
    answered('', 502),
    answered('BadDigest', 400),
    answered('XAmzContentSHA256Mismatch', 400),
    answered('TooManyRequests', 429),
    Object.assign(new Error('no connection in time'), { name: 'TimeoutError' }),
    broken('ECONNRESET'),
    broken('EAI_AGAIN'),
  ])('is true of %p', error => {
    expect(isRetryable(error)).toBe(true)
  })

  it.each([
    answered('AccessDenied', 403),
    answered('NoSuchUpload', 404),
    answered('NotImplemented', 501),
    answered('SignatureDoesNotMatch', 403),
    answered('PermanentRedirect', 301),
    Object.assign(new Error('stopped'), { name: 'AbortError' }),
    broken('CERT_HAS_EXPIRED'),
    'a string',
    undefined,
  ])('is false of %p', error => {
    expect(isRetryable(error)).toBe(false)
  })
})

describe('mayHaveTakenEffect', () => {
  it.each<[Error, boolean]>([
    [broken('ECONNRESET'), true],
    [answered('InternalError', 500), true],
    [answered('InternalError', 200), true],
    [answered('NoSuchUpload', 404, 2), true],
    [answered('NoSuchUpload', 404, 1), false],
    [answered('AccessDenied', 403, 3), false],
    [answered('InvalidPart', 400), false],
  ])('judges %p as %p', (error, expected) => {
    expect(mayHaveTakenEffect(error)).toBe(expected)
  })
})

describe('retryStrategy', () => {
  it('sends a request as often as allowed, waiting longer each time, never more than 20 s', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), async maxAttempts => {
        const waited = await delays(answered('InternalError', 500), maxAttempts)
        expect(waited).toHaveLength(maxAttempts - 1)
        for (const [index, delayMs] of waited.entries()) {
          const longest = Math.min(20_000, 200 * 2 ** index)
          expect(delayMs).toBeGreaterThanOrEqual(longest / 2)
          expect(delayMs).toBeLessThanOrEqual(longest)
        }
      }),
    )
  })

  it('outlasts a restart of the store with eight attempts', async () => {
    const waited = await delays(broken('ECONNREFUSED'), 8)
    expect(waited.reduce((sum, delayMs) => sum + delayMs, 0)).toBeGreaterThan(12_000)
  })

  it('waits four times as long where the store asks to slow down, and as long as it asks for', async () => {
    expect((await delays(answered('SlowDown', 503), 2))[0]).toBeGreaterThanOrEqual(400)
    const [asked] = await delays(answered('SlowDown', 503), 2, new Date(Date.now() + 9_000))
    expect(asked).toBeGreaterThan(5_000)
    expect((await delays(answered('SlowDown', 503), 2, new Date(Date.now() + 3_600_000)))[0]).toBe(20_000)
  })

  it('gives up at once what cannot pass, and soon what is mostly a misspelt host', async () => {
    expect(await delays(answered('AccessDenied', 403), 8)).toEqual([])
    expect(await delays(broken('ENOTFOUND'), 8)).toHaveLength(2)
  })
})

describe('a request on a machine whose clock is wrong', () => {
  /** The SDK marks every error so, while the clocks are four minutes apart. */
  const marked = (name: string, status: number) =>
    Object.assign(new Error('said the store'), {
      name,
      $metadata: { httpStatusCode: status, clockSkewCorrected: true },
    })

  it.each([
    ['NotFound', 404],
    ['NoSuchKey', 404],
    ['NoSuchUpload', 404],
    ['PreconditionFailed', 412],
  ])('is not sent again because of an ordinary answer: %s', async (name, status) => {
    expect(await delays(marked(name, status), 8)).toEqual([])
  })

  it('is sent once more when it was refused for its time, also where the answer has no code', async () => {
    expect(await delays(answered('RequestTimeTooSkewed', 403), 8)).toHaveLength(1)
    expect(await delays(marked('Unknown', 403), 8)).toHaveLength(1)
    expect(await delays(answered('Unknown', 403), 8)).toEqual([])
  })
})
