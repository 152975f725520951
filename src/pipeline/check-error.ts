import { FailureError } from '../runtime/errors'

/** Content that is not what it should be: cut, damaged, incomplete. */
export class CheckError extends FailureError {}
