import { FailureError } from '../../runtime/errors'

/** A command ended before it had read all its input. Only a consequence: the exit of the process has the reason. */
export class UnreadInput extends FailureError {
  constructor(cause?: unknown) {
    super('The command ended before it had read all its input.', { cause })
  }
}
