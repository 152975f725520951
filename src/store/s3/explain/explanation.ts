import type { S3Fault } from '../s3-fault'
import type { S3Settings } from '../s3-settings'

/** The failed operation, for messages: `doing` completes "Could not …". */
export interface S3Operation {
  doing: string
  /** The right that AWS requires. */
  right: string
  /** Undefined when the operation is about the bucket. */
  key: string | undefined
  /** The inputs that the request passes on to the store, with their values. */
  passesOn?: Readonly<Record<string, string>>
}

/** Why it failed, as the end of a sentence, and what to do. */
export interface Explanation {
  reason: string
  advice?: string
}

export type Explain = (fault: S3Fault, operation: S3Operation, settings: S3Settings) => Explanation
