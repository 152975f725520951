import { Transform } from 'node:stream'
import { attempt } from '../../../pipeline/attempt'
import type { ContentCheck } from '../../../pipeline/content-check'
import { type Filter, known } from '../../../pipeline/filter'
import { type GivenAttributes, type GivenCounts, GivenLists, nothingListed } from '../attributes/given-lists'
import type { Listed } from '../attributes/listed'
import type { OwnerNumbers } from '../owners/target-owners'
import { type ArchiveSink, checkArchive, type ExpectedArchive } from './archive-check'
import type { ArchiveContent, KnownNames, RiskyKind, UnpackedEntry } from './archive-content'
import { pathBytes } from './expected-paths'
import { setUidOrGid } from './risky-entries'
import { changeHeader } from './tar-header'

/** What is passed on of an archive. */
export interface Passed {
  /** Risky entries. */
  given: ReadonlySet<RiskyKind>
  /** Whom its entries will belong to; undefined: their owners stay. */
  numbers?: OwnerNumbers | undefined
  /** What is given of what the archive lists; undefined: nothing. */
  attributes?: GivenAttributes | undefined
  /** Folders of the archive, or parts of them, without their leading slash. `linked`: also what this has. */
  trees: readonly { path: string; linked?: KnownNames | undefined }[]
}

/**
 * Checks an archive and passes on a copy that has only the wanted trees, with the files that hard links in them lead to,
 * and only the given kinds of risky entries: without the others' devices, and without set-uid and set-gid of files. So
 * they are nowhere, not even for a moment. The result is of the whole one.
 *
 * With `numbers` its entries belong to whom they will belong; without, their owners stay. So tar gives each file its
 * owner, before its mode, and nothing is ever given to somebody through a link. The list of owners is left out. The lists
 * of attributes are replaced by others for the server; `given` counts their entries.
 */
export function leaveOut(
  expected: ExpectedArchive,
  wanted: Passed,
): Filter<{ content: ArchiveContent; given: GivenCounts }> {
  const { sink, passing, given } = passOn(wanted)
  const filter = passing(checkArchive({ ...expected, sink }))
  return { stages: filter.stages, result: () => ({ content: filter.result(), given: given() }) }
}

/** The same for the check of somebody else, who gives it this `sink`. `given`: known once `passing` has ended. */
export function passOn(wanted: Passed): {
  sink: ArchiveSink
  passing: (check: ContentCheck<ArchiveContent>) => Filter<ArchiveContent>
  given: () => GivenCounts
} {
  const archive = new PassingArchive(wanted)
  return { sink: archive, passing: check => takingFrom(archive, check), given: () => archive.given }
}

function takingFrom(archive: PassingArchive, check: ContentCheck<ArchiveContent>): Filter<ArchiveContent> {
  let found: { result: ArchiveContent } | undefined
  const stage = new Transform({
    highWaterMark: 1024 * 1024,
    transform(piece: Buffer, _encoding, done) {
      attempt(() => {
        check.write(piece)
        return archive.take()
      }, done)
    },
    flush(done) {
      attempt(() => {
        found = { result: check.finish() }
        return archive.take()
      }, done)
    },
  })
  return { stages: [stage], result: () => known(found) }
}

class PassingArchive implements ArchiveSink {
  /** The blocks of an entry that is not complete yet. */
  private held: Buffer[] = []
  private passed: Buffer[] = []
  private isPassing = false

  private readonly kinds: ReadonlySet<RiskyKind>
  private readonly lists: GivenLists | undefined
  private readonly numbers: OwnerNumbers | undefined
  private readonly trees: { path: string; inside: string; linked: KnownNames | undefined }[]

  constructor({ given, numbers, attributes, trees }: Passed) {
    this.kinds = given
    this.lists = attributes === undefined ? undefined : new GivenLists(attributes, given.has('attributes'))
    this.numbers = numbers
    this.trees = trees.map(({ path, linked }) => ({ path: pathBytes(path), inside: `${pathBytes(path)}/`, linked }))
  }

  header(block: Buffer): void {
    this.held.push(Buffer.from(block))
  }

  entry({ path, kind, mode, owner }: UnpackedEntry): void {
    const { kinds, numbers } = this
    const blocks = this.held
    this.held = []
    // Another name of a device is one too.
    this.isPassing = this.isWanted(path) && ((kind !== 'b' && kind !== 'c') || kinds.has('devices'))
    if (!this.isPassing) return
    const header = blocks.at(-1)
    const isSetId = kind !== 'd' && !kinds.has('set-uid') && (mode & setUidOrGid) !== 0
    if (header !== undefined && (isSetId || numbers !== undefined))
      changeHeader(header, { ...(isSetId ? { mode: mode & ~setUidOrGid } : {}), ...numbers?.(owner) })
    this.passed.push(...blocks)
  }

  drop(): void {
    this.held = []
  }

  data(bytes: Buffer): void {
    if (this.isPassing) this.passed.push(Buffer.from(bytes))
  }

  listed(listed: Listed): void {
    if (this.lists !== undefined && this.isWanted(listed.path)) this.passed.push(...this.lists.add(listed))
  }

  end(block: Buffer): void {
    this.passed.push(...(this.lists?.end() ?? []))
    this.passed.push(Buffer.from(block))
  }

  get given(): GivenCounts {
    return this.lists?.counts ?? nothingListed
  }

  /** What has passed since the last time. */
  take(): Buffer {
    const bytes = Buffer.concat(this.passed)
    this.passed = []
    return bytes
  }

  private isWanted(path: string): boolean {
    return this.trees.some(
      tree => path === tree.path || path.startsWith(tree.inside) || (tree.linked?.valueOf(path) ?? 0) > 0,
    )
  }
}
