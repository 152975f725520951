import { pipeline, type Readable, Transform } from 'node:stream'
import { StoreError } from './store-error'

/** Passes the bytes on and fails unless there are `lengthBytes`: a broken connection looks like the end of the data. */
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
  // A reader gets errors from `whole`.
  pipeline(source, whole, () => {})
  return whole
}

const longestTextBytes = 8 * 2 ** 20

/** Reads a small body as text. Fails with `StoreError` above 8 MiB. `what` names it in the message. */
export async function textOf(body: Readable, what: string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > longestTextBytes) {
      throw new StoreError(`Could not read ${what}: it is longer than ${longestTextBytes} bytes.`, {
        code: 'TooLong',
      })
    }
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Cuts bytes in memory into chunks of 64 KiB, like those of a stream. */
export function* slices(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536)
}
