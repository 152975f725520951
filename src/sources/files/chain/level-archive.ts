import { CheckError } from '../../../pipeline/check-error'
import { listNames } from '../attributes/attribute-lists'
import { attributeKinds } from '../attributes/listed'
import { paddedSize } from '../check/archive-lists'
import { BlockCutter } from '../check/block-cutter'
import { plainPath, show } from '../check/expected-paths'
import { ExtendedHeaders } from '../check/extended-headers'
import { blockSize, isZeroBlock, parseTarHeader } from '../check/tar-header'
import { ownerListName } from '../owners/owner-list'
import { FolderNames, type NameMark } from './folder-names'
import { plainHeader } from './level-header'

/** Receives an incremental archive in its parts. The blocks of a header are as every tar reads them, and its own to keep. */
export interface LevelSink {
  /** One of the lists of owners and attributes. Returns where its data goes. */
  list(name: string, blocks: Buffer[]): (data: Buffer) => void
  /** A folder, whose names follow. */
  folder(path: string, blocks: Buffer[]): void
  name(mark: NameMark, name: string): void
  /** Anything else. Returns where its data goes. `target`: of a hard link. */
  entry(entry: { path: string; target: string | undefined }, blocks: Buffer[]): (data: Buffer) => void
}

const lists: readonly string[] = [ownerListName, ...attributeKinds.map(kind => listNames[kind])]

/**
 * Reads an incremental archive of GNU tar: lists of owners and attributes, folders with the names in them, files. Every
 * header is checked here as far as it decides what belongs together; the rest by who reads what is made of it.
 */
export class LevelArchive {
  bytes = 0
  private readonly sink: LevelSink
  private readonly cutter: BlockCutter
  private readonly extended = new ExtendedHeaders()
  private held: Buffer[] = []
  private metadata: { type: string; pieces: Buffer[]; missing: number; bytes: number } | undefined
  private onData: (data: Buffer) => void = () => {}
  private zeroBlocks = 0
  private stage: 'lists' | 'folders' | 'entries' = 'lists'
  private last = ''

  constructor(sink: LevelSink) {
    this.sink = sink
    this.cutter = new BlockCutter({
      block: block => this.explained(() => this.block(block)),
      data: data => this.data(data),
    })
  }

  write(chunk: Buffer): void {
    this.bytes += chunk.length
    this.cutter.write(chunk)
  }

  finish(): void {
    if (this.bytes === 0) throw new CheckError('The archive is empty: not one byte arrived.')
    if (this.zeroBlocks >= 2 && !this.cutter.isCut) return
    throw new CheckError(
      `The archive is cut off: its end did not come. It has ${this.bytes} bytes, the last entry is ${show(this.last)}.`,
    )
  }

  private data(data: Buffer): void {
    this.explained(() => this.onData(data))
  }

  private block(block: Buffer): number {
    if (isZeroBlock(block)) {
      if (this.extended.isPending) throw new CheckError('an extended header is before its end')
      this.zeroBlocks++
      return 0
    }
    if (this.zeroBlocks > 0) throw new CheckError('it continues after its end')
    const { plain, isListed, listBytes } = plainHeader(block)
    const header = parseTarHeader(plain)
    this.held.push(plain)
    if (header.type === 'L' || header.type === 'K') return this.beginMetadata(header.type, header.sizeBytes)
    if (header.type === 'x' || header.type === 'g') throw new CheckError('a header is not one of GNU tar')
    const { name, target } = this.extended.take(header)
    const blocks = this.held
    this.held = []
    this.last = name
    if (isListed) return this.beginFolder(name, blocks, listBytes)
    const path = plainPath(name)
    if (header.type === '5') throw new CheckError(`a folder comes without its list: ${show(name)}`)
    if (lists.includes(path)) {
      if (this.stage !== 'lists') throw new CheckError(`a list comes behind folders: ${show(name)}`)
      this.onData = this.sink.list(path, blocks)
    } else {
      this.stage = 'entries'
      this.onData = this.sink.entry({ path, target: header.type === '1' ? target : undefined }, blocks)
    }
    return paddedSize(header.sizeBytes)
  }

  private beginFolder(name: string, blocks: Buffer[], listBytes: number): number {
    if (this.stage === 'entries') throw new CheckError(`a folder comes behind files: ${show(name)}`)
    this.stage = 'folders'
    this.sink.folder(plainPath(name), blocks)
    const names = new FolderNames(listBytes, (mark, each) => this.sink.name(mark, each))
    this.onData = data => names.write(data)
    return paddedSize(listBytes)
  }

  private beginMetadata(type: string, bytes: number): number {
    if (bytes === 0 || bytes > (ExtendedHeaders.maxBytes(type) ?? 0))
      throw new CheckError('an extended header has a wrong size')
    this.metadata = { type, pieces: [], missing: paddedSize(bytes), bytes }
    this.onData = data => this.addMetadata(data)
    return paddedSize(bytes)
  }

  private addMetadata(data: Buffer): void {
    const { metadata } = this
    if (metadata === undefined) return
    metadata.pieces.push(Buffer.from(data))
    metadata.missing -= data.length
    if (metadata.missing > 0) return
    const all = Buffer.concat(metadata.pieces)
    for (let at = 0; at < all.length; at += blockSize) this.held.push(all.subarray(at, at + blockSize))
    this.extended.add(metadata.type, all.subarray(0, metadata.bytes))
    this.metadata = undefined
  }

  private explained<T>(parse: () => T): T {
    try {
      return parse()
    } catch (error) {
      if (!(error instanceof CheckError) || error.message.startsWith('The archive')) throw error
      throw new CheckError(`The archive is damaged: ${error.message}, at byte ${this.bytes} or before.`)
    }
  }
}
