/** One thing that is wrong with a recovery point, in a whole sentence. */
export interface VerifyFinding {
  /** Stable; users may filter by it. */
  code: string
  /** Of the object that it is about, where it is about one. */
  key?: string
  message: string
  advice?: string
}
