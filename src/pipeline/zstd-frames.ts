import { CheckError } from './check-error'

type Part = 'magic' | 'skippable size' | 'descriptor' | 'header' | 'block' | 'data' | 'checksum'

/**
 * Finds the end of each frame of a zstd stream by its headers (RFC 8878, section 3.1). Node's decompressor stops at the
 * end of a frame and drops the rest of the chunk; with chunks cut there, it continues.
 */
export class ZstdFrames {
  private part: Part = 'magic'
  /** Missing bytes of the current part, and its value so far as a little-endian number. */
  private missing = 4
  private value = 0
  private scale = 1
  private hasChecksum = false
  private isLastBlock = false

  /** Between frames: the stream may end here. */
  get atFrameEnd(): boolean {
    return this.part === 'magic' && this.missing === 4
  }

  /** Cuts a chunk after the end of each frame in it. */
  split(chunk: Buffer): Buffer[] {
    const pieces: Buffer[] = []
    let start = 0
    let at = 0
    while (at < chunk.length) {
      at += this.consume(chunk, at)
      if (this.missing > 0) continue
      this.nextPart()
      if (this.atFrameEnd && at > start) {
        pieces.push(chunk.subarray(start, at))
        start = at
      }
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start))
    return pieces
  }

  private consume(chunk: Buffer, at: number): number {
    const length = Math.min(this.missing, chunk.length - at)
    if (this.part !== 'data') {
      for (let index = at; index < at + length; index++) {
        this.value += (chunk[index] ?? 0) * this.scale
        this.scale *= 256
      }
    }
    this.missing -= length
    return length
  }

  /** The part is complete: goes to the next part that is not empty. */
  private nextPart(): void {
    const { part, value } = this
    if (part === 'magic') this.afterMagic(value)
    else if (part === 'skippable size') this.expect('data', value)
    else if (part === 'descriptor') this.afterDescriptor(value)
    else if (part === 'header') this.expect('block', 3)
    else if (part === 'block') this.afterBlockHeader(value)
    else if (part === 'data' && !this.isLastBlock) this.expect('block', 3)
    else if (part === 'data' && this.hasChecksum) this.expect('checksum', 4)
    else this.expect('magic', 4)
    if (this.missing === 0) this.nextPart()
  }

  private afterMagic(magic: number): void {
    if (magic === 0xfd2fb528) this.expect('descriptor', 1)
    else if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      this.isLastBlock = true
      this.hasChecksum = false
      this.expect('skippable size', 4)
    } else throw new CheckError('it contains data that is not a zstd frame')
  }

  private afterDescriptor(descriptor: number): void {
    const isSingleSegment = (descriptor & 0x20) !== 0
    this.hasChecksum = (descriptor & 0x04) !== 0
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0
    const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
    this.expect('header', (isSingleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes)
  }

  private afterBlockHeader(header: number): void {
    this.isLastBlock = (header & 1) === 1
    const isRunLength = ((header >> 1) & 3) === 1
    this.expect('data', isRunLength ? 1 : header >> 3)
  }

  private expect(part: Part, bytes: number): void {
    this.part = part
    this.missing = bytes
    this.value = 0
    this.scale = 1
  }
}
