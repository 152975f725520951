import { Transform } from 'node:stream'
import { attempt } from '../../../pipeline/attempt'
import { type Filter, known } from '../../../pipeline/filter'
import { type ArchiveSink, checkArchive, type ExpectedArchive } from './archive-check'
import type { ArchiveContent, RiskyKind, UnpackedEntry } from './archive-content'
import { setUidOrGid } from './risky-entries'
import { changeMode } from './tar-header'

/**
 * Checks an archive and passes on a copy that has only the given kinds of risky entries: without the others' devices,
 * and without set-uid and set-gid of files. So they are nowhere, not even for a moment. The result is of the whole one.
 */
export function leaveOut(expected: ExpectedArchive, given: ReadonlySet<RiskyKind>): Filter<ArchiveContent> {
  const passing = new PassingArchive(given)
  const check = checkArchive({ ...expected, sink: passing })
  let found: { result: ArchiveContent } | undefined
  const stage = new Transform({
    highWaterMark: 1024 * 1024,
    transform(piece: Buffer, _encoding, done) {
      attempt(() => {
        check.write(piece)
        return passing.take()
      }, done)
    },
    flush(done) {
      attempt(() => {
        found = { result: check.finish() }
        return passing.take()
      }, done)
    },
  })
  return { stages: [stage], result: () => known(found) }
}

class PassingArchive implements ArchiveSink {
  /** The blocks of an entry that is not complete yet. */
  private held: Buffer[] = []
  private passed: Buffer[] = []

  private readonly given: ReadonlySet<RiskyKind>

  constructor(given: ReadonlySet<RiskyKind>) {
    this.given = given
  }

  header(block: Buffer): void {
    this.held.push(Buffer.from(block))
  }

  entry({ kind, mode }: UnpackedEntry): void {
    const blocks = this.held
    this.held = []
    // Another name of a device is one too.
    if ((kind === 'b' || kind === 'c') && !this.given.has('devices')) return
    const header = blocks.at(-1)
    if (kind !== 'd' && !this.given.has('set-uid') && header !== undefined && (mode & setUidOrGid) !== 0)
      changeMode(header, mode & ~setUidOrGid)
    this.passed.push(...blocks)
  }

  data(bytes: Buffer): void {
    this.passed.push(Buffer.from(bytes))
  }

  /** What has passed since the last time. */
  take(): Buffer {
    const bytes = Buffer.concat(this.passed)
    this.passed = []
    return bytes
  }
}
