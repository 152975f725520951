import { Transform } from 'node:stream'
import { attempt } from '../../../../pipeline/attempt'
import { DumpSplitter } from './dump-splitter'
import type { HeldObject } from './held-object'

/** The SQL of one dump, split for an import. */
export interface DumpSplit {
  /**
   * For `pipeline`, from uncompressed SQL: tables and rows. Every object that has a definer or
   * runs later is taken out, and so is the line that enables the sandbox of MariaDB's clients, an error for others.
   * Everything else is unchanged. Fails with `CheckError` for an object in a form that no dump tool writes, and for more
   * than 32 MiB of them.
   */
  stream: Transform
  /** The statement on a line of the output so far, by its number: `the rows of table "orders"`. */
  where(line: number): string | undefined
  /** What was taken out, in its order; complete after the end of the stream. */
  objects: readonly HeldObject[]
}

/**
 * Memory is constant except for the objects. SQL of ours, without a line break: `before` comes first, `afterMode` after
 * each statement that sets the SQL mode.
 */
export function splitDump({ before, afterMode } = { before: '', afterMode: '' }): DumpSplit {
  const splitter = new DumpSplitter(bytes => stream.push(bytes), afterMode)
  const stream = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      attempt(() => splitter.write(chunk), done)
    },
    flush(done) {
      attempt(() => splitter.finish(), done)
    },
  })
  if (before !== '') stream.push(before)
  return { stream, where: line => splitter.where(line), objects: splitter.objects }
}
