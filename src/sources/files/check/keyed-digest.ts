import { randomBytes } from 'node:crypto'

/**
 * HalfSipHash-1-3 with 64 bits of output and a random key (Aumasson and Bernstein, "SipHash"; the one of the Linux
 * kernel's hash tables): a fast digest of short texts for which nobody can construct two with the same one.
 */
export class KeyedDigest {
  private readonly key0 = randomBytes(4).readInt32LE()
  private readonly key1 = randomBytes(4).readInt32LE()
  /** Of the last text: two numbers of 32 bits. */
  high = 0
  low = 0

  /** `text`: bytes, one character each. */
  update(text: string): void {
    let v0 = this.key0
    let v1 = this.key1 ^ 0xee
    let v2 = 0x6c796765 ^ this.key0
    let v3 = 0x74656462 ^ this.key1
    const words = (text.length >> 2) + 1
    for (let step = 0; step < words + 6; step++) {
      let word = 0
      if (step < words) {
        const at = step * 4
        // Behind the end of the text there is NaN, which is 0 here.
        word = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8) | (text.charCodeAt(at + 2) << 16)
        word |= (step < words - 1 ? text.charCodeAt(at + 3) : text.length) << 24
        v3 ^= word
      } else if (step === words) {
        v2 ^= 0xee
      } else if (step === words + 3) {
        this.high = (v1 ^ v3) >>> 0
        v1 ^= 0xdd
      }
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
      v0 ^= word
    }
    this.low = (v1 ^ v3) >>> 0
  }
}
