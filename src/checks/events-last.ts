import { Transform } from 'node:stream'
import { EventOrder } from './event-order'

/** The SQL of one dump, changed for an import. */
export interface EventsLast {
  /**
   * For `pipeline`: takes uncompressed SQL. All events come at its end, where the dump restores the settings of the session, so that none
   * runs while the rest is not there yet; the line with which MariaDB's tools switch on the sandbox, which other clients take for an
   * error, is left out. Everything else passes as it is. Fails with `CheckError` when there are more than 64 MiB of events.
   */
  stream: Transform
  /** What stands on a line of what has come out so far, by its number: `the rows of table "orders"`. */
  where(line: number): string | undefined
}

/** For a dump that was checked. Memory is constant but for the events. */
export function eventsLast(): EventsLast {
  const order = new EventOrder(bytes => stream.push(bytes))
  const stream = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      finished(() => order.write(chunk), done)
    },
    flush(done) {
      finished(() => order.finish(), done)
    },
  })
  return { stream, where: line => order.where(line) }
}

function finished(work: () => void, done: (error?: Error) => void): void {
  try {
    work()
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)))
    return
  }
  done()
}
