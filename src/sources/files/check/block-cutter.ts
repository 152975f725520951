import { blockSize } from './tar-header'

/** What reads a tar file in its parts. The buffers are valid only during the call. */
export interface BlockReader {
  /** A header, or a block of the end. Returns how many bytes of data and padding follow it. */
  block(block: Buffer): number
  /** A piece of those. */
  data(piece: Buffer): void
}

/** Cuts a stream into blocks, and what follows each of them. */
export class BlockCutter {
  private readonly reader: BlockReader
  private skip = 0
  private readonly partial = Buffer.alloc(blockSize)
  private partialLength = 0

  constructor(reader: BlockReader) {
    this.reader = reader
  }

  write(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.skip > 0) {
        const passed = Math.min(this.skip, chunk.length - at)
        this.reader.data(chunk.subarray(at, at + passed))
        this.skip -= passed
        at += passed
      } else if (this.partialLength === 0 && chunk.length - at >= blockSize) {
        this.skip = this.reader.block(chunk.subarray(at, at + blockSize))
        at += blockSize
      } else {
        const copied = chunk.copy(this.partial, this.partialLength, at)
        this.partialLength += copied
        at += copied
        if (this.partialLength < blockSize) return
        this.partialLength = 0
        this.skip = this.reader.block(this.partial)
      }
    }
  }

  /** Something that is not complete: a block, or what follows one. */
  get isCut(): boolean {
    return this.partialLength > 0 || this.skip > 0
  }
}
