import { Transform } from 'node:stream'
import { EventOrder } from './event-order'

/** The SQL of one dump, changed for an import. */
export interface EventsLast {
  /**
   * For `pipeline`, from uncompressed SQL. All events move to the end, where the dump restores the session settings, so
   * that none runs before the rest is imported. The line that enables the sandbox of MariaDB's clients, an error for
   * others, is removed. Everything else is unchanged. Fails with `CheckError` for more than 64 MiB of events.
   */
  stream: Transform
  /** The statement on a line of the output so far, by its number: `the rows of table "orders"`. */
  where(line: number): string | undefined
  /** The withheld SQL, after the end of the stream; may be empty. */
  withheld(): WithheldSql
}

/** Each part sets the character sets that it needs, so it can run in a separate session. */
export interface WithheldSql {
  /** Replaces the placeholders of views with their final forms. */
  views: Buffer
  events: Buffer
}

/**
 * For a checked dump. Memory is constant except for the events. `areWithheld`: leaves out the events, and the final
 * forms of views, which may use tables of another database.
 */
export function eventsLast({ areWithheld = false }: { areWithheld?: boolean } = {}): EventsLast {
  const order = new EventOrder(bytes => stream.push(bytes), areWithheld)
  const stream = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      finished(() => order.write(chunk), done)
    },
    flush(done) {
      finished(() => order.finish(), done)
    },
  })
  const withheld = () => ({ views: order.withheldViews.take().bytes, events: order.withheldEvents.take().bytes })
  return { stream, where: line => order.where(line), withheld }
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
