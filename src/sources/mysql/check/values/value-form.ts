/** Brings the values of one type into the one form in which equal values have equal bytes. */
export interface ValueForm {
  bytes(chunk: Buffer, from: number, to: number): void
  /** The value has ended: all of it is in the row. */
  end(): void
}
