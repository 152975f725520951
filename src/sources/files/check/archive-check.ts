import { createHash } from 'node:crypto'
import { CheckError } from '../../../pipeline/check-error'
import type { ContentCheck } from '../../../pipeline/content-check'
import type { ArchiveContent } from './archive-content'
import { ExpectedPaths, show } from './expected-paths'
import { ExtendedHeaders } from './extended-headers'
import {
  blockSize,
  continuesSparseMap,
  isZeroBlock,
  parseTarHeader,
  sparseSize,
  type TarHeader,
  tarMode,
} from './tar-header'
import { Unpacking } from './unpacking'

/** The expected archive. `paths`: its folders, without their leading slash. */
export interface ExpectedArchive {
  paths: readonly string[]
  /**
   * The archive will be unpacked, and may be malicious: refuses what would be written outside of its folders, what
   * programs read differently, and more than `limits`; reports the content of each folder, and hazards.
   */
  isUntrusted?: boolean
  /** The maximum: entries of all kinds, bytes of the archive. Only with `isUntrusted`. */
  limits?: { entries: number; bytes: number }
}

/** Checks a tar archive (v7, ustar, GNU, pax): headers, entries only in its folders, all folders, and its end. */
export function checkArchive(expected: ExpectedArchive): ContentCheck<ArchiveContent> {
  return new ArchiveCheck(expected)
}

/** Long names and extended attributes of one entry; the kernel allows far less. */
const metadataLimit = 16 * 1024 * 1024

type Place = 'headers' | 'metadata' | 'sparse map' | 'lone zero block' | 'end'

class ArchiveCheck implements ContentCheck<ArchiveContent> {
  private readonly paths: ExpectedPaths
  private readonly digest = createHash('sha256')
  private bytes = 0
  private readonly counts = { files: 0, directories: 0, links: 0, others: 0 }
  private last: string | undefined

  private place: Place = 'headers'
  /** Data and padding to skip. */
  private skip = 0
  private readonly partial = Buffer.alloc(blockSize)
  private partialLength = 0

  /** The long name or extended header being read. */
  private metadata = { type: '', sizeBytes: 0, blocks: [] as Buffer[], missing: 0 }
  private readonly extended = new ExtendedHeaders()
  private sparse: TarHeader | undefined

  private readonly unpacking: Unpacking | undefined
  private readonly limits: { entries: number; bytes: number }
  /** Of the last header; only with `unpacking`. */
  private facts = { mode: 0, sparseBytes: 0 }

  constructor({ paths, isUntrusted = false, limits }: ExpectedArchive) {
    this.paths = new ExpectedPaths(paths)
    this.unpacking = isUntrusted ? new Unpacking(paths) : undefined
    this.limits = limits !== undefined && isUntrusted ? limits : { entries: Infinity, bytes: Infinity }
  }

  write(chunk: Buffer): void {
    this.bytes += chunk.length
    if (this.bytes > this.limits.bytes)
      throw new CheckError(`The archive is larger than the ${this.limits.bytes} bytes that it should have.`)
    this.digest.update(chunk)
    let at = 0
    while (at < chunk.length) {
      if (this.skip > 0) {
        const passed = Math.min(this.skip, chunk.length - at)
        this.skip -= passed
        at += passed
      } else if (this.partialLength === 0 && chunk.length - at >= blockSize) {
        this.read(chunk.subarray(at, at + blockSize))
        at += blockSize
      } else {
        const copied = chunk.copy(this.partial, this.partialLength, at)
        this.partialLength += copied
        at += copied
        if (this.partialLength < blockSize) return
        this.partialLength = 0
        this.read(this.partial)
      }
    }
  }

  finish(): ArchiveContent {
    if (this.bytes === 0) throw new CheckError('The archive is empty: not one byte arrived.')
    if (this.place !== 'end' || this.partialLength > 0) {
      throw new CheckError(
        `The archive is cut off: its end did not come. It has ${this.bytes} bytes and ${this.whereabouts()}.`,
      )
    }
    this.paths.finish()
    const content = { bytes: this.bytes, sha256: this.digest.digest('hex'), ...this.counts }
    return this.unpacking === undefined ? content : { ...content, ...this.unpacking.finish() }
  }

  progress(): { bytes: number; files: number } {
    return { bytes: this.bytes, files: this.counts.files }
  }

  private read(block: Buffer): void {
    switch (this.place) {
      case 'metadata':
        this.readMetadata(block)
        return
      case 'sparse map':
        if (!continuesSparseMap(block)) this.endSparseMap()
        return
      case 'end':
        if (isZeroBlock(block)) return
        throw new CheckError('The archive continues after its end.')
      case 'lone zero block':
        if (!isZeroBlock(block)) throw this.damaged('a single zero block stands between its entries')
        this.place = 'end'
        return
      case 'headers':
        if (isZeroBlock(block)) this.place = 'lone zero block'
        else this.readHeader(block)
    }
  }

  private readHeader(block: Buffer): void {
    const header = this.explained(() => parseTarHeader(block))
    if (ExtendedHeaders.isType(header.type)) {
      if (header.sizeBytes > metadataLimit) throw this.damaged('an extended header is too large')
      const { type, sizeBytes } = header
      this.metadata = { type, sizeBytes, blocks: [], missing: sizeBytes }
      if (header.sizeBytes > 0) this.place = 'metadata'
      return
    }
    if (this.unpacking !== undefined) {
      const sparseBytes = header.type === 'S' ? this.explained(() => sparseSize(block)) : 0
      this.facts = { mode: this.explained(() => tarMode(block)), sparseBytes }
    }
    if (header.isExtended) {
      this.sparse = header
      this.place = 'sparse map'
    } else this.readEntry(header)
  }

  private readMetadata(block: Buffer): void {
    const { metadata } = this
    metadata.blocks.push(Buffer.from(block))
    metadata.missing -= blockSize
    if (metadata.missing > 0) return
    this.place = 'headers'
    const data = Buffer.concat(metadata.blocks).subarray(0, metadata.sizeBytes)
    metadata.blocks = []
    this.explained(() => this.extended.add(metadata.type, data))
  }

  private endSparseMap(): void {
    this.place = 'headers'
    if (this.sparse !== undefined) this.readEntry(this.sparse)
    this.sparse = undefined
  }

  private readEntry(header: TarHeader): void {
    const { extended } = this
    const name = extended.nameOf(header)
    const target = extended.targetOf(header)
    const sizeBytes = this.explained(() => extended.sizeOf(header))
    const type = header.type === '0' && name.endsWith('/') ? '5' : header.type
    if (type === 'V') {
      extended.reset()
      this.pass(sizeBytes)
      return
    }
    this.last = name
    this.count(type)
    const isDirectory = type === '5' || type === 'D'
    const path = this.paths.accept(name, isDirectory)
    const linked = type === '1' ? this.paths.acceptTarget(name, target) : target
    if (this.unpacking !== undefined) {
      extended.refuseAmbiguity(header)
      this.unpacking.add({
        path,
        type: isDirectory ? '5' : type,
        target: linked,
        mode: this.facts.mode,
        hasCapabilities: extended.hasCapabilities(),
        sizeBytes: '07S'.includes(type) ? this.diskBytes(type, sizeBytes) : 0,
      })
    }
    extended.reset()
    // A hard link has no data, even if its size is not 0 (GNU tar, `read_header`).
    if (type !== '1') this.pass(sizeBytes)
  }

  private diskBytes(type: string, sizeBytes: number): number {
    if (type === 'S') return this.facts.sparseBytes
    return this.explained(() => this.extended.sparseSize()) ?? sizeBytes
  }

  private count(type: string): void {
    if ('017S'.includes(type)) this.counts.files++
    else if ('5D'.includes(type)) this.counts.directories++
    else if (type === '2') this.counts.links++
    else if ('346'.includes(type)) this.counts.others++
    else throw this.damaged(`an entry is of the unknown type ${show(type)}`)
    if (this.entries > this.limits.entries)
      throw new CheckError(`The archive has more than the ${this.limits.entries} entries that it may have.`)
  }

  private pass(sizeBytes: number): void {
    this.skip = Math.ceil(sizeBytes / blockSize) * blockSize
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
    return this.last === undefined ? 'no entry' : `${this.entries} entries, the last is ${show(this.last)}`
  }

  private get entries(): number {
    const { files, directories, links, others } = this.counts
    return files + directories + links + others
  }
}
