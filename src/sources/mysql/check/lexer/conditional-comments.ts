/** The open conditional comments: their content is code. */
export class ConditionalComments {
  /**
   * The statement has one that some servers skip, with a text or a comment in it that contains the end of a comment.
   * Where the outer one ends, and so what is a statement, then depends on the server.
   */
  hidesText = false

  private depth = 0
  /** Of the outermost one that may be skipped; 0: none. */
  private skippableDepth = 0

  get isInside(): boolean {
    return this.depth > 0
  }

  open(mayBeSkipped: boolean): void {
    this.depth++
    if (mayBeSkipped && this.skippableDepth === 0) this.skippableDepth = this.depth
  }

  close(): void {
    this.depth--
    if (this.depth < this.skippableDepth) this.skippableDepth = 0
  }

  /** A quoted text has ended. `isCut`: `bytes` is only its beginning. */
  readText(bytes: Buffer, isCut: boolean): void {
    if (this.skippableDepth > 0 && (isCut || bytes.includes('*/'))) this.hidesText = true
  }

  /** A comment inside, with any text: no tool writes one here. */
  readComment(): void {
    if (this.skippableDepth > 0) this.hidesText = true
  }

  reset(): void {
    this.depth = 0
    this.skippableDepth = 0
    this.hidesText = false
  }
}
