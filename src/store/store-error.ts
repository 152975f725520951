import { type ErrorFacts, FailureError } from '../runtime/errors'

/** A store said no, or could not be reached. */
export class StoreError extends FailureError {
  /** The store's own code (`AccessDenied`, `NoSuchUpload`, …) or Node's (`ECONNREFUSED`); '' when there was none. */
  readonly code: string
  /** The HTTP status; undefined when no answer came. */
  readonly status: number | undefined

  constructor(message: string, facts: ErrorFacts & { code: string; status?: number }) {
    super(message, facts)
    this.code = facts.code
    this.status = facts.status
  }
}

/** The object lies in an archive, and cannot be read before somebody has restored it from there. */
export function isArchivedFault(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'InvalidObjectState'
}

/** The object that was asked for by its ETag is another one by now, or is gone. */
export function isReplacedFault(error: unknown): error is StoreError {
  return error instanceof StoreError && (error.code === 'PreconditionFailed' || error.code === 'NoSuchKey')
}

/** The credentials may not do this. Not worth a retry, and for some steps not fatal. */
export function isDenied(error: unknown): error is StoreError {
  if (!(error instanceof StoreError)) return false
  // A 403 also answers keys that are wrong altogether, and archived objects; those must not pass for a right that is missing.
  // HEAD gives no code.
  return error.code === 'AccessDenied' || (error.status === 403 && !otherReasons.has(error.code))
}

const otherReasons = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
  'RequestTimeTooSkewed',
  'AccountProblem',
  'InvalidObjectState',
])
