import { FailureError } from '../runtime/errors'

/** The content is bad: cut off, damaged or incomplete. */
export class CheckError extends FailureError {}
