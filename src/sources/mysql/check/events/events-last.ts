import { Transform } from 'node:stream'
import { EventOrder } from './event-order'

/** The SQL of one dump, changed for an import. */
export interface EventsLast {
  /**
   * For `pipeline`: takes uncompressed SQL. All events come at its end, where the dump restores the settings of the
   * session, so that none runs while the rest is not there yet; the line with which MariaDB's tools switch on the
   * sandbox, which other clients take for an error, is left out. Everything else passes as it is. Fails with
   * `CheckError` when there are more than 64 MiB of events.
   */
  stream: Transform
  /** What stands on a line of what has come out so far, by its number: `the rows of table "orders"`. */
  where(line: number): string | undefined
  /** What is withheld, once the stream has ended; empty when there is nothing of the kind. */
  withheld(): WithheldSql
}

/** Each sets the character sets that it needs by itself, so it can be run in a session of its own. */
export interface WithheldSql {
  /** Puts the final forms of views in the places of their placeholders. */
  views: Buffer
  events: Buffer
}

/**
 * For a dump that was checked. Memory is constant but for the events. `areWithheld`: events do not come at all, nor do
 * the final forms of views, which may stand on tables of another database.
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
  const withheld = () => ({
    views: order.withheldViews.take().bytes,
    events: order.withheldEvents.take().bytes,
  })
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
