/** Cuts bytes into lines in constant memory: what a line has beyond `longestBytes` is dropped. Skips empty lines. */
export class LineCutter {
  readonly #longestBytes: number
  /** The beginning of a line whose end has not come yet. */
  #begun = Buffer.alloc(0)

  constructor(longestBytes: number) {
    this.#longestBytes = longestBytes
  }

  /** The lines that end in this chunk; `\n`, `\r` and both together end one. */
  *lines(chunk: Buffer): Generator<string> {
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      if (chunk[at] !== 0x0a && chunk[at] !== 0x0d) continue
      this.#keep(chunk.subarray(from, at))
      yield* this.last()
      from = at + 1
    }
    this.#keep(chunk.subarray(from))
  }

  /** The last line, if it has no end. */
  *last(): Generator<string> {
    if (this.#begun.length > 0) yield this.#begun.toString('utf8')
    this.#begun = Buffer.alloc(0)
  }

  #keep(piece: Buffer): void {
    const fitting = piece.subarray(0, this.#longestBytes - this.#begun.length)
    if (fitting.length > 0) this.#begun = Buffer.concat([this.#begun, fitting])
  }
}
