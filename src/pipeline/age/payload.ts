import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

/** The payload of an age file is encrypted in chunks of this size, each with a tag behind it. */
export const chunkBytes = 64 * 1024
export const tagBytes = 16
export const nonceBytes = 16

const algorithm = 'chacha20-poly1305'

/**
 * The key of a payload, and the number of its next chunk (age-encryption.org/v1, "Payload": STREAM with
 * ChaCha20-Poly1305). A chunk's nonce has its number and whether it is the last one, so none can be exchanged, left out or
 * added.
 */
export class PayloadCipher {
  private readonly key: KeyObject
  private readonly nonce = Buffer.alloc(12)
  /** Of chunks that were encrypted or decrypted. */
  count = 0

  constructor(fileKey: Uint8Array, nonce: Uint8Array) {
    this.key = createSecretKey(Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32)))
  }

  /** The encrypted chunk, in pieces. */
  seal(chunk: Buffer, isLast: boolean): Buffer[] {
    const cipher = createCipheriv(algorithm, this.key, this.nonceOf(isLast), { authTagLength: tagBytes })
    const sealed = cipher.update(chunk)
    cipher.final()
    this.count++
    return [sealed, cipher.getAuthTag()]
  }

  /** The chunk, of a block with its tag; undefined when this is not the next chunk, unchanged. */
  open(block: Buffer, isLast: boolean): Buffer | undefined {
    const end = block.length - tagBytes
    const decipher = createDecipheriv(algorithm, this.key, this.nonceOf(isLast), { authTagLength: tagBytes })
    decipher.setAuthTag(block.subarray(end))
    const chunk = decipher.update(block.subarray(0, end))
    try {
      decipher.final()
    } catch {
      return undefined
    }
    this.count++
    return chunk
  }

  private nonceOf(isLast: boolean): Buffer {
    // 11 bytes for the number; 6 are enough for 18 exabytes.
    this.nonce.writeUIntBE(this.count, 5, 6)
    this.nonce[11] = isLast ? 1 : 0
    return this.nonce
  }
}

/**
 * Cuts a stream into blocks of equal size, with at most one copy. A full block is held back until more follows, since the
 * last one is treated differently.
 */
export class Blocks {
  private readonly held: Buffer
  private heldBytes = 0

  constructor(blockBytes: number) {
    this.held = Buffer.allocUnsafeSlow(blockBytes)
  }

  /** Calls back with each block that more bytes follow; it is valid only until that returns. */
  write(piece: Buffer, onBlock: (block: Buffer) => void): void {
    const size = this.held.length
    let at = 0
    while (at < piece.length) {
      if (this.heldBytes === 0 && piece.length - at > size) {
        onBlock(piece.subarray(at, at + size))
        at += size
        continue
      }
      if (this.heldBytes === size) {
        onBlock(this.held)
        this.heldBytes = 0
        continue
      }
      const copied = piece.copy(this.held, this.heldBytes, at)
      this.heldBytes += copied
      at += copied
    }
  }

  /** What is left at the end. */
  rest(): Buffer {
    return this.held.subarray(0, this.heldBytes)
  }
}
