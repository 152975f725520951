const limbs = 8

/** The sum of the sha256 of rows, modulo 2^256: equal for equal rows in any order, however often each is there. */
export class RowSum {
  /** The lowest 32 bits first. */
  private readonly sum = new Uint32Array(limbs)

  add(digest: Buffer): void {
    const { sum } = this
    let carry = 0
    for (let limb = 0; limb < limbs; limb++) {
      const total = (sum[limb] ?? 0) + wordAt(digest, 4 * (limbs - 1 - limb)) + carry
      sum[limb] = total
      carry = total > 0xffffffff ? 1 : 0
    }
  }

  /** As a hexadecimal number. */
  toString(): string {
    return [...this.sum]
      .reverse()
      .map(limb => limb.toString(16).padStart(8, '0'))
      .join('')
  }
}

/** As `readUInt32BE`, which costs more than all the rest of a row. */
function wordAt(bytes: Buffer, at: number): number {
  const high = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  const low = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
  return ((high << 16) | low) >>> 0
}
