/** The comments around a place in a statement whose content is code. */
export class ConditionalComments {
  /**
   * The statement has one that some server passes over, and in it a text or a comment with the end of a comment: where
   * the outer one ends depends on who reads it then, and so does what is a statement.
   */
  hidesText = false

  private depth = 0
  /** Of the outermost one that may be passed over; 0: none. */
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

  /** A text in quotes has ended. `isCut`: this is not all of it. */
  readText(bytes: Buffer, isCut: boolean): void {
    if (this.skippableDepth > 0 && (isCut || bytes.includes('*/'))) this.hidesText = true
  }

  /** There is a comment, whatever it says: no tool writes one here. */
  readComment(): void {
    if (this.skippableDepth > 0) this.hidesText = true
  }

  /** The statement has ended. */
  reset(): void {
    this.depth = 0
    this.skippableDepth = 0
    this.hidesText = false
  }
}
