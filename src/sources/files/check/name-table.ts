import { CheckError } from '../../../pipeline/check-error'
import { KeyedDigest } from './keyed-digest'

/** More of them would need more memory than a run may use. */
const namesMax = 6_000_000
const shards = 64

/**
 * The names in a stream of millions and a small number for each, in 11 to 22 bytes each: 64 bits of a keyed digest, less
 * those of the number. With 3 bits for it, two names of millions have the same digest once in many thousand archives of a
 * million, and such two cannot be constructed.
 */
export class NameTable {
  /** By the first bits of the digest, so that not all of them grow at once. */
  private readonly parts: DigestTable[]
  private readonly digest = new KeyedDigest()
  private size = 0

  /** `valueBits`: the numbers are from 1 to 2^valueBits - 1. */
  constructor(valueBits: number) {
    this.parts = Array.from({ length: shards }, () => new DigestTable(valueBits))
  }

  /** False: it was there before. Throws CheckError for too many names. */
  add(name: string, value: number): boolean {
    const part = this.partOf(name)
    const { high, low } = this.digest
    if (part.get(high, low) !== 0) return false
    part.add(high, low, value)
    this.size++
    if (this.size > namesMax)
      throw new CheckError(`The archive has more than ${namesMax} names, which are more than can be checked.`)
    return true
  }

  /** Gives a name that is there another number. */
  put(name: string, value: number): void {
    this.partOf(name).change(this.digest.high, this.digest.low, value)
  }

  /** 0: it is not there. */
  valueOf(name: string): number {
    const part = this.partOf(name)
    return part.get(this.digest.high, this.digest.low)
  }

  private partOf(name: string): DigestTable {
    this.digest.update(name)
    const part = this.parts[this.digest.high % shards]
    if (part === undefined) throw new TypeError('There is a part for each remainder.')
    return part
  }
}

/** For `namesMax`, shared out unevenly. */
const partBytesMax = 4 * 1024 * 1024

/** Only a larger one is a mapping of its own, of which a process may have some ten thousand. */
const plainBytesMax = 64 * 1024

/** For the moment in which one of all tables grows. */
const scratch = new Uint32Array(partBytesMax / 2 / Uint32Array.BYTES_PER_ELEMENT)

/**
 * Open addressing, two words for each digest: its last bits are a number from 1 instead. A large one
 * grows in place, so that nothing waits for the garbage collection.
 */
class DigestTable {
  private buffer: ArrayBuffer | undefined
  private words = new Uint32Array(64)
  private readonly valueBits: number
  private size = 0

  constructor(valueBits: number) {
    this.valueBits = valueBits
  }

  /** 0: it is not there. */
  get(high: number, low: number): number {
    const found = this.words[this.placeOf(high, low) + 1] ?? 0
    return found & ((1 << this.valueBits) - 1)
  }

  /** One that is not there yet. */
  add(high: number, low: number, value: number): void {
    if (this.size * 8 >= this.words.length * 3) this.grow()
    this.put(high, (low & ~((1 << this.valueBits) - 1)) | value)
    this.size++
  }

  change(high: number, low: number, value: number): void {
    this.words[this.placeOf(high, low) + 1] = (low & ~((1 << this.valueBits) - 1)) | value
  }

  private put(high: number, low: number): void {
    const at = this.placeOf(high, low)
    this.words[at] = high
    this.words[at + 1] = low
  }

  /** Where this digest is, or the free place where it belongs. */
  private placeOf(high: number, low: number): number {
    const { words, valueBits } = this
    const mask = words.length - 1
    let at = (high >>> 5) & mask & ~1
    for (;;) {
      const found = words[at + 1] ?? 0
      if (found === 0 || (words[at] === high && (found ^ low) >>> valueBits === 0)) return at
      at = (at + 2) & mask
    }
  }

  private grow(): void {
    const { length, byteLength } = this.words
    scratch.set(this.words)
    if (this.buffer !== undefined) {
      this.buffer.resize(byteLength * 2)
      this.words.fill(0)
    } else if (byteLength < plainBytesMax) this.words = new Uint32Array(length * 2)
    else {
      this.buffer = new ArrayBuffer(byteLength * 2, { maxByteLength: partBytesMax })
      this.words = new Uint32Array(this.buffer)
    }
    for (let at = 0; at < length; at += 2) {
      const low = scratch[at + 1] ?? 0
      if (low !== 0) this.put(scratch[at] ?? 0, low)
    }
  }
}
