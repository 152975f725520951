import { Transform } from 'node:stream'
import { attempt } from '../../../../pipeline/attempt'
import { DumpSplitter } from './dump-splitter'
import type { HeldObject } from './held-object'

/** The SQL of one dump, split for an import. */
export interface DumpSplit {
  /**
   * For `pipeline`, from uncompressed SQL: tables and rows. Every object that has a definer or runs later is taken out,
   * and so are line comments between statements, locks, what does nothing in an empty database, the database in front of
   * its own sequences, and the line that enables the sandbox of MariaDB's clients, an error for others. Everything else
   * is unchanged. Fails with `CheckError`
   * for an object in a form that no dump tool writes, and for more than 32 MiB of them.
   */
  stream: Transform
  /** The statement on a line of the output so far, by its number: `the rows of table "orders"`. */
  where(line: number): string | undefined
  /** What was taken out, in its order; complete after the end of the stream. */
  objects: readonly HeldObject[]
}

/**
 * Memory is constant except for the objects. `database`: the one that was dumped. SQL of ours, without a line break:
 * `before` comes first, `afterMode` after each statement that sets the SQL mode.
 */
export function splitDump(database: string, { before, afterMode } = { before: '', afterMode: '' }): DumpSplit {
  let pieces: Buffer[] = []
  const splitter = new DumpSplitter({ database, afterMode }, bytes => pieces.push(bytes))
  // What was one piece leaves as one: each costs a turn of the compressor and a packet of the connection.
  const send = () => {
    const [first] = pieces
    if (first !== undefined) stream.push(pieces.length === 1 ? first : Buffer.concat(pieces))
    pieces = []
  }
  const stream = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      attempt(() => {
        splitter.write(chunk)
        send()
      }, done)
    },
    flush(done) {
      attempt(() => {
        splitter.finish()
        send()
      }, done)
    },
  })
  if (before !== '') stream.push(before)
  return { stream, where: line => splitter.where(line), objects: splitter.objects }
}
