import { type ErrorFacts, FailureError } from '../runtime/errors'

/** A store refused a request, or could not be reached. */
export class StoreError extends FailureError {
  /** The store's own code (`AccessDenied`, `NoSuchUpload`, …) or Node's (`ECONNREFUSED`); '' when there was none. */
  readonly code: string
  /** The HTTP status; undefined without a response. */
  readonly status: number | undefined

  constructor(message: string, facts: ErrorFacts & { code: string; status?: number }) {
    super(message, facts)
    this.code = facts.code
    this.status = facts.status
  }
}

/** The object is archived and cannot be read before it is restored. */
export function isArchivedFault(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'InvalidObjectState'
}

/** The object with the requested ETag was replaced or removed. */
export function isReplacedFault(error: unknown): error is StoreError {
  return error instanceof StoreError && (error.code === 'PreconditionFailed' || error.code === 'NoSuchKey')
}

/** The credentials lack a right. A retry is pointless, and for some steps it is not fatal. */
export function isDenied(error: unknown): error is StoreError {
  if (!(error instanceof StoreError)) return false
  // Wrong credentials and archived objects also give a 403, but that is not a missing right. HEAD has no code.
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
