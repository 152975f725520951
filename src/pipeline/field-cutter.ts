/** Cuts bytes into fields, each ended by a zero byte. A field has one character for each byte. */
export class FieldCutter {
  #begun = ''

  /** The fields that end in this piece. */
  fields(piece: Buffer): string[] {
    const ended = piece.toString('latin1').split('\0')
    const last = ended.pop() ?? ''
    if (ended.length === 0) {
      this.#begun += last
    } else {
      ended[0] = this.#begun + ended[0]
      this.#begun = last
    }
    return ended
  }

  /** How much of a field has come whose end has not. */
  get begunBytes(): number {
    return this.#begun.length
  }
}
