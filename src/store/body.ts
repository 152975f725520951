import { pipeline, type Readable, Transform } from 'node:stream'
import { collectGarbage } from '../runtime/garbage'
import { watchForCrumbs } from './crumbs'
import { StoreError } from './store-error'

/**
 * Passes the bytes on and fails unless there are `lengthBytes`: a broken connection looks like the end of the data.
 * Fails also when so little arrives that it would never end (`crumbs.ts`).
 */
export function wholeBody(source: Readable, lengthBytes: number, explain: (fault: unknown) => Error): Readable {
  let receivedBytes = 0
  let fault: unknown
  source.once('error', error => {
    fault = error
  })
  const whole = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      receivedBytes += chunk.length
      done(null, chunk)
    },
    flush(done) {
      if (receivedBytes === lengthBytes) return done()
      const message = `The response ended after ${receivedBytes} of ${lengthBytes} bytes.`
      done(explain(Object.assign(new Error(message), { code: 'ECONNRESET' })))
    },
    destroy(error, done) {
      done(error !== null && error === fault ? explain(error) : error)
    },
  })
  const watch = watchForCrumbs({
    receivedBytes: () => receivedBytes,
    isWaiting: () => whole.readableLength === 0 && whole.writableLength === 0,
    fail: () => source.destroy(Object.assign(new Error('Next to nothing arrives.'), { code: 'ETIMEDOUT' })),
  })
  // A reader gets errors from `whole`.
  pipeline(source, whole, () => clearInterval(watch))
  return whole
}

/** What is read as one text may have so many bytes. */
const textBytesMax = 8 * 2 ** 20

/** Before a text of this size is read whole, what the last one has left is removed from memory. */
const largeBytes = 2 ** 20

/** Of a JSON text: 70,000 tables. Each takes 50 bytes of memory and more, were it `{}`. */
const valuesMax = 500_000

/**
 * Reads a small body as text. Fails with `StoreError` above `bytesMax`, and when it would be large once parsed. `what`
 * names it in the message.
 */
export async function textOf(body: Readable, what: string, bytesMax = textBytesMax): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  let values = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    if (bytes <= largeBytes && bytes + chunk.length > largeBytes) collectGarbage()
    bytes += chunk.length
    values += valuesIn(chunk)
    if (bytes > bytesMax) throw tooLong(what, `${bytesMax} bytes`)
    if (values > valuesMax) throw tooLong(what, `${valuesMax} values`)
  }
  const whole = Buffer.concat(chunks)
  chunks.length = 0
  return whole.toString('utf8')
}

/** Each follows a comma, `[` or `{`. */
function valuesIn(chunk: Buffer): number {
  let count = 0
  for (let index = 0; index < chunk.length; index++) {
    const byte = chunk[index]
    if (byte === 0x2c || byte === 0x5b || byte === 0x7b) count++
  }
  return count
}

function tooLong(what: string, limit: string): StoreError {
  return new StoreError(`Could not read ${what}: it has more than ${limit}.`, { code: 'TooLong' })
}

/** Cuts bytes in memory into chunks of 64 KiB, like those of a stream. */
export function* slices(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536)
}
