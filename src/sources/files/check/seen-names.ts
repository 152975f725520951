import { createHash, randomBytes } from 'node:crypto'

/**
 * The names in a stream of millions, in 16 to 32 bytes each: 48 bits of a keyed digest. Two names have the same digest
 * once in many billions, and a collision cannot be constructed.
 */
export class SeenNames {
  private readonly key = randomBytes(16)
  /** Open addressing; no digest is 0. */
  private slots = new Float64Array(1024)
  private size = 0

  add(name: string): void {
    if (this.size * 2 >= this.slots.length) this.grow()
    const digest = this.digestOf(name)
    const slot = this.slotOf(digest)
    if (this.slots[slot] === digest) return
    this.slots[slot] = digest
    this.size++
  }

  has(name: string): boolean {
    const digest = this.digestOf(name)
    return this.slots[this.slotOf(digest)] === digest
  }

  /** Where this digest is, or the free slot where it belongs. */
  private slotOf(digest: number): number {
    let slot = digest % this.slots.length
    while (this.slots[slot] !== 0 && this.slots[slot] !== digest) slot = (slot + 1) % this.slots.length
    return slot
  }

  private grow(): void {
    const digests = this.slots.filter(digest => digest !== 0)
    this.slots = new Float64Array(this.slots.length * 2)
    for (const digest of digests) this.slots[this.slotOf(digest)] = digest
  }

  private digestOf(name: string): number {
    return createHash('sha256').update(this.key).update(name, 'latin1').digest().readUIntBE(0, 6) || 1
  }
}
