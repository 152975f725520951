/**
 * A streaming check of uncompressed content. It is shown every byte once, in order, measures in passing in constant
 * memory, and throws as soon as it knows that the content is bad.
 */
export interface ContentCheck<R> {
  write(chunk: Buffer): void
  /** Called once, after the last byte. Throws `CheckError` when the content is not whole. */
  finish(): R
  /** What has been seen so far, for the progress line. */
  progress(): { bytes: number; tables?: number; files?: number }
}

/** Of the uncompressed stream. `sha256` in lower-case hex. */
export interface ContentDigest {
  bytes: number
  sha256: string
}
