import { Transform } from 'node:stream'
import { noteFreed } from '../../runtime/garbage'
import { CheckError } from '../check-error'
import type { Filter } from '../filter'
import { findHeaderEnd, headerBytesMax, openHeader } from './header'
import type { Identity } from './identity'
import { Blocks, chunkBytes, nonceBytes, PayloadCipher, tagBytes } from './payload'

/**
 * Decrypts an age file; passes on only what is proven to be unchanged, and ends only with its last chunk. Fails with
 * `CheckError`; `LockedError` when no identity opens it.
 */
export function open(identities: readonly Identity[]): Filter<undefined> {
  const opening = new Opening(identities)
  const stage: Transform = new Transform({
    highWaterMark: 1024 * 1024,
    transform(piece: Buffer, _encoding, done) {
      noteFreed(piece.length)
      settle(
        opening.write(piece, chunk => stage.push(chunk)),
        done,
      )
    },
    flush(done) {
      settle(opening.finish(), (error, chunk) => {
        if (chunk !== undefined && chunk.length > 0) stage.push(chunk)
        done(error)
      })
    },
  })
  return { stages: [stage], result: () => undefined }
}

function settle<T>(work: Promise<T>, done: (error?: Error | null, value?: T) => void): void {
  work.then(value => done(null, value), done)
}

/** Reads the header, the nonce, then block after block. */
class Opening {
  private readonly identities: readonly Identity[]
  /** The bytes of header and nonce so far; empty once both are read. */
  private head: Buffer = Buffer.alloc(0)
  private cipher: PayloadCipher | undefined
  private readonly blocks = new Blocks(chunkBytes + tagBytes)
  private bytes = 0

  constructor(identities: readonly Identity[]) {
    this.identities = identities
  }

  async write(piece: Buffer, onChunk: (chunk: Buffer) => void): Promise<void> {
    this.bytes += piece.length
    const payload = this.cipher === undefined ? await this.readHead(piece) : piece
    const { cipher } = this
    if (payload === undefined || cipher === undefined) return
    this.blocks.write(payload, block => {
      const chunk = cipher.open(block, false)
      if (chunk === undefined) throw this.damaged(cipher, block)
      onChunk(chunk)
    })
  }

  /** The last chunk. */
  async finish(): Promise<Buffer> {
    const { cipher } = this
    if (this.bytes === 0) throw new CheckError('The age stream is empty: not one byte arrived.')
    const block = this.blocks.rest()
    if (cipher === undefined || block.length < tagBytes) throw this.cut()
    const chunk = cipher.open(block, true)
    if (chunk === undefined) throw cipher.open(block, false) === undefined ? this.damaged(cipher, block) : this.cut()
    if (chunk.length === 0 && cipher.count > 1) throw this.damaged(cipher, block)
    return chunk
  }

  /** What follows the head; undefined: it goes on in the next piece. */
  private async readHead(piece: Buffer): Promise<Buffer | undefined> {
    const head = Buffer.concat([this.head, piece])
    const end = findHeaderEnd(head)
    if (end === undefined && head.length > headerBytesMax) {
      throw new CheckError(`The age stream has a header of more than ${headerBytesMax} bytes, which no backup has.`)
    }
    if (end === undefined || head.length < end + nonceBytes) {
      this.head = head
      return undefined
    }
    const fileKey = await openHeader(head.subarray(0, end), this.identities)
    this.cipher = new PayloadCipher(fileKey, head.subarray(end, end + nonceBytes))
    this.head = Buffer.alloc(0)
    return head.subarray(end + nonceBytes)
  }

  private damaged(cipher: PayloadCipher, block: Buffer): CheckError {
    // A block that is right as the last one, and is not the last.
    if (block.length === chunkBytes + tagBytes && cipher.open(block, true) !== undefined)
      return new CheckError('The age stream has more data after its end.')
    const at = cipher.count * chunkBytes
    return new CheckError(
      `The age stream is damaged, cut off, or put together from parts of others, ${at} bytes into its content.`,
    )
  }

  private cut(): CheckError {
    return new CheckError(`The age stream is cut off after ${this.bytes} bytes.`)
  }
}
