import { createHash } from 'node:crypto'
import { CheckError } from './check-error'
import type { ArchiveContent, ContentCheck } from './content-check'
import { ExpectedPaths, show } from './expected-paths'
import { parsePaxRecords } from './pax-records'
import { blockSize, continuesSparseMap, isZeroBlock, parseTarHeader, type TarHeader } from './tar-header'

/**
 * Checks a tar archive (v7, ustar, GNU, pax): every header sound, every entry in one of the folders it was made of, each
 * folder there, and the end of the archive seen. `paths`: the folders without their leading slash.
 */
export function checkArchive(expected: { paths: readonly string[] }): ContentCheck<ArchiveContent> {
  return new ArchiveCheck(new ExpectedPaths(expected.paths))
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
  /** Data and padding still to be passed over. */
  private skip = 0
  private readonly partial = Buffer.alloc(blockSize)
  private partialLength = 0

  /** The long name or extended header being read. */
  private metadata = { type: '', sizeBytes: 0, blocks: [] as Buffer[], missing: 0 }
  private longName: string | undefined
  private longLink: string | undefined
  private pax = new Map<string, string>()
  private readonly globalPax = new Map<string, string>()
  private sparse: TarHeader | undefined

  constructor(paths: ExpectedPaths) {
    this.paths = paths
  }

  write(chunk: Buffer): void {
    this.bytes += chunk.length
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
    return { bytes: this.bytes, sha256: this.digest.digest('hex'), ...this.counts }
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
        throw new CheckError('The archive goes on behind its end.')
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
    if ('LKxgX'.includes(header.type)) {
      if (header.sizeBytes > metadataLimit) throw this.damaged('an extended header is too large')
      this.metadata = {
        type: header.type,
        sizeBytes: header.sizeBytes,
        blocks: [],
        missing: header.sizeBytes,
      }
      if (header.sizeBytes > 0) this.place = 'metadata'
      return
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
    if (metadata.type === 'L') this.longName = untilZero(data)
    else if (metadata.type === 'K') this.longLink = untilZero(data)
    else if (metadata.type === 'x') this.pax = this.explained(() => parsePaxRecords(data))
    else if (metadata.type === 'g') {
      for (const [keyword, value] of this.explained(() => parsePaxRecords(data)))
        this.globalPax.set(keyword, value)
    }
  }

  private endSparseMap(): void {
    this.place = 'headers'
    if (this.sparse !== undefined) this.readEntry(this.sparse)
    this.sparse = undefined
  }

  private readEntry(header: TarHeader): void {
    // A sparse file in pax format has a made-up name in its header and in `path`.
    const name = this.record('GNU.sparse.name') ?? this.record('path') ?? this.longName ?? header.name
    const target = this.record('linkpath') ?? this.longLink ?? header.link
    const size = this.record('size')
    if (size !== undefined && !/^\d{1,15}$/.test(size))
      throw this.damaged('an extended header has a wrong size')
    const sizeBytes = size === undefined ? header.sizeBytes : Number(size)
    this.longName = undefined
    this.longLink = undefined
    this.pax = new Map()

    const type = header.type === '0' && name.endsWith('/') ? '5' : header.type
    if (type === 'V') {
      this.pass(sizeBytes)
      return
    }
    this.last = name
    this.count(type)
    this.paths.accept(name, type === '5' || type === 'D')
    if (type === '1') this.paths.acceptTarget(name, target)
    // A hard link has no data, whatever its size says (GNU tar, `read_header`).
    else this.pass(sizeBytes)
  }

  private record(keyword: string): string | undefined {
    const value = this.pax.get(keyword) ?? this.globalPax.get(keyword)
    return value === '' ? undefined : value
  }

  private count(type: string): void {
    if ('017S'.includes(type)) this.counts.files++
    else if ('5D'.includes(type)) this.counts.directories++
    else if (type === '2') this.counts.links++
    else if ('346'.includes(type)) this.counts.others++
    else throw this.damaged(`an entry is of the unknown type ${show(type)}`)
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
    const { files, directories, links, others } = this.counts
    const entries = files + directories + links + others
    return this.last === undefined ? 'no entry' : `${entries} entries, the last is ${show(this.last)}`
  }
}

function untilZero(data: Buffer): string {
  const end = data.indexOf(0)
  return data.toString('latin1', 0, end < 0 ? data.length : end)
}
