import { type Readable, Transform } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { noteFreed } from '../../runtime/garbage'

/** Of an answer that the SDK reads into memory: a page of a listing with 1,000 long names has 1.5 MiB. */
const answerBytesMax = 2 * 2 ** 20

/** Opening and closing tags: such a page has 22,000. The SDK's parser takes 200 bytes for an element, however short. */
const answerTagsMax = 60_000

/** The SDK's parser leaves ten times the text of an answer behind. */
const garbageOfText = 10

const lessThan = 0x3c

/**
 * Bounds every answer that the SDK keeps in memory, errors included, in size and in the time from its headers to its
 * end. The bytes of an object are streamed, and bounded where they are read (`../body.ts`).
 */
export function limitAnswers(client: S3Client, answerTimeoutMs: number): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async args => {
        const result = await next(args)
        const { response } = result
        if (isAnswer(response) && !(commandName === 'GetObjectCommand' && response.statusCode < 300)) {
          response.body = limited(response.body, answerTimeoutMs)
        }
        return result
      },
    // The lowest step: before anything of the body is read.
    { step: 'deserialize', priority: 'low', name: 'limitAnswers' },
  )
}

interface Answer {
  statusCode: number
  body: Readable
}

function isAnswer(response: unknown): response is Answer {
  if (typeof response !== 'object' || response === null) return false
  const { body, statusCode }: { body?: unknown; statusCode?: unknown } = response
  return typeof body === 'object' && body !== null && 'pipe' in body && typeof statusCode === 'number'
}

function limited(body: Readable, timeoutMs: number): Readable {
  let bytes = 0
  let tags = 0
  const whole = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      noteFreed(garbageOfText * chunk.length)
      for (const byte of chunk) if (byte === lessThan) tags++
      if (bytes > answerBytesMax || tags > answerTagsMax) done(fault('AnswerTooLong', 'The answer is too long.'))
      else done(null, chunk)
    },
  })
  // Of the answer to some requests the SDK reads nothing.
  whole.on('error', () => {})
  const timer = setTimeout(() => whole.destroy(fault('ETIMEDOUT', 'The answer did not end.')), timeoutMs).unref()
  // Not `pipeline`, which would destroy a body that was read to its end, and its connection with it.
  body.once('error', error => whole.destroy(error))
  body.pipe(whole)
  whole.once('close', () => {
    clearTimeout(timer)
    if (!body.readableEnded) body.destroy()
  })
  return whole
}

/** The SDK reads the code of an error from its name when the answer has a status of failure. */
function fault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, name: code })
}
