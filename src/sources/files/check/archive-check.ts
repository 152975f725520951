import { createHash } from 'node:crypto'
import { CheckError } from '../../../pipeline/check-error'
import type { ContentCheck } from '../../../pipeline/content-check'
import type { Listed } from '../attributes/listed'
import { KnownOwners } from '../owners/owner'
import type { ArchiveContent, UnpackedEntry } from './archive-content'
import { ArchiveLists, paddedSize } from './archive-lists'
import { ArchiveTree, type ExpectedTree } from './archive-tree'
import { BlockCutter } from './block-cutter'
import { plainPath, show } from './expected-paths'
import { ExtendedHeaders } from './extended-headers'
import { blockSize, isZeroBlock, parseTarHeader, type TarHeader } from './tar-header'

/** The expected archive. */
export interface ExpectedArchive extends ExpectedTree {
  /** The maximum: entries of all kinds, bytes of the archive. */
  limits?: { entries: number; bytes: number }
  /** Sees the parts of the archive while they pass. */
  sink?: ArchiveSink
}

/** Receives an archive in its parts, each after it passed its checks. The buffers are valid only during the call. */
export interface ArchiveSink {
  /** A block of a header, or of what precedes one. */
  header(block: Buffer): void
  /** The entry that those blocks make. */
  entry(entry: UnpackedEntry): void
  /** Those blocks make nothing that is unpacked. */
  drop(): void
  /** Data and padding of the last entry. */
  data(bytes: Buffer): void
  /** What a list says of an entry that came before. */
  listed(listed: Listed): void
  /** A block of the end. */
  end(block: Buffer): void
}

/**
 * Checks a tar archive (ustar, GNU, pax): its headers, its tree, all folders, and its end. Accepts only what GNU tar,
 * busybox and bsdtar read alike, so that what was seen here is what is unpacked. Every archive is somebody else's input.
 */
export function checkArchive(expected: ExpectedArchive): ContentCheck<ArchiveContent> {
  return new ArchiveCheck(expected)
}

type Place = 'headers' | 'metadata' | 'lone zero block' | 'end'

class ArchiveCheck implements ContentCheck<ArchiveContent> {
  private readonly tree: ArchiveTree
  private readonly digest = createHash('sha256')
  private readonly limits: { entries: number; bytes: number }
  private readonly sink: ArchiveSink | undefined
  private bytes = 0
  private last: string | undefined

  private place: Place = 'headers'
  private readonly cutter: BlockCutter

  /** The long name or extended header being read. */
  private metadata = { type: '', sizeBytes: 0, blocks: [] as Buffer[], missing: 0 }
  private readonly extended = new ExtendedHeaders()
  private readonly knownOwners = new KnownOwners()
  private readonly lists: ArchiveLists

  constructor({ limits = { entries: Infinity, bytes: Infinity }, sink, ...tree }: ExpectedArchive) {
    this.tree = new ArchiveTree(tree)
    this.limits = limits
    this.sink = sink
    this.cutter = new BlockCutter({ block: block => this.read(block), data: piece => this.pass(piece) })
    this.lists = new ArchiveLists(this.knownOwners, listed => {
      this.tree.addListed(listed)
      this.sink?.listed(listed)
    })
  }

  write(chunk: Buffer): void {
    this.bytes += chunk.length
    if (this.bytes > this.limits.bytes)
      throw new CheckError(`The archive is larger than the ${this.limits.bytes} bytes that it should have.`)
    this.digest.update(chunk)
    this.cutter.write(chunk)
  }

  finish(): ArchiveContent {
    if (this.bytes === 0) throw new CheckError('The archive is empty: not one byte arrived.')
    if (this.place !== 'end' || this.cutter.isCut) {
      throw new CheckError(
        `The archive is cut off: its end did not come. It has ${this.bytes} bytes and ${this.whereabouts()}.`,
      )
    }
    return {
      bytes: this.bytes,
      sha256: this.digest.digest('hex'),
      hasOwnerList: this.lists.owners !== undefined,
      ...this.tree.finish(),
    }
  }

  progress(): { bytes: number; files: number } {
    return { bytes: this.bytes, files: this.tree.files }
  }

  private read(block: Buffer): number {
    if (this.place !== 'metadata' && !isZeroBlock(block)) return this.readHeader(block)
    if (this.place === 'metadata') this.readMetadata(block)
    else this.readZeroBlock(block)
    return 0
  }

  private readZeroBlock(block: Buffer): void {
    // busybox does not take it for the end then.
    if (this.extended.isPending) throw this.damaged('an extended header is before its end')
    this.place = this.place === 'headers' ? 'lone zero block' : 'end'
    this.sink?.end(block)
  }

  private readHeader(block: Buffer): number {
    if (this.place === 'end') throw new CheckError('The archive continues after its end.')
    // GNU tar ends here, busybox does not.
    if (this.place === 'lone zero block') throw this.damaged('a single zero block is between its entries')
    const header = this.explained(() => parseTarHeader(block))
    this.sink?.header(block)
    const maxBytes = ExtendedHeaders.maxBytes(header.type)
    if (maxBytes === undefined) return this.readEntry(header)
    const { type, sizeBytes } = header
    if (sizeBytes > maxBytes) throw this.damaged('an extended header is too large')
    if (sizeBytes === 0) throw this.damaged('an extended header is empty')
    this.metadata = { type, sizeBytes, blocks: [], missing: sizeBytes }
    this.place = 'metadata'
    return 0
  }

  private readMetadata(block: Buffer): void {
    const { metadata } = this
    this.sink?.header(block)
    metadata.blocks.push(Buffer.from(block))
    metadata.missing -= blockSize
    if (metadata.missing > 0) return
    this.place = 'headers'
    const data = Buffer.concat(metadata.blocks).subarray(0, metadata.sizeBytes)
    metadata.blocks = []
    this.explained(() => this.extended.add(metadata.type, data))
  }

  /** Data and padding of an entry. */
  private pass(data: Buffer): void {
    if (!this.explained(() => this.lists.read(data))) this.sink?.data(data)
  }

  private readEntry(header: TarHeader): number {
    const { type, mode, sizeBytes, device } = header
    const { name, target, capabilities } = this.extended.take(header)
    this.last = name
    if (this.explained(() => this.lists.begin(name, header, this.tree.entries))) {
      this.sink?.drop()
      return paddedSize(sizeBytes)
    }
    // Such an entry has no data for one of the programs, and data for the other.
    if (sizeBytes > 0 && type !== '0' && type !== '7')
      throw new CheckError(`The archive has an entry with data that its type does not have: ${show(name)}.`)
    const owner = this.lists.owners?.of(plainPath(name)) ?? this.knownOwners.known(header.owner)
    const entry = this.tree.add({ name, type, target, mode, owner, sizeBytes, device, capabilities })
    if (this.tree.entries > this.limits.entries)
      throw new CheckError(`The archive has more than the ${this.limits.entries} entries that it may have.`)
    this.sink?.entry(entry)
    return paddedSize(sizeBytes)
  }

  private explained<T>(parse: () => T): T {
    try {
      return parse()
    } catch (error) {
      throw error instanceof CheckError ? this.damaged(error.message) : error
    }
  }

  private damaged(reason: string): CheckError {
    return new CheckError(
      `The archive is damaged: ${reason}, at byte ${this.bytes} or before; it has ${this.whereabouts()}.`,
    )
  }

  private whereabouts(): string {
    return this.last === undefined ? 'no entry' : `${this.tree.entries} entries, the last is ${show(this.last)}`
  }
}
