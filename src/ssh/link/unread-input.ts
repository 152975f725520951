import { FailureError } from '../../runtime/errors'

/** A command ended before it had read all its input. Only the echo of its end: its exit, which comes by itself then, has the reason. */
export class UnreadInput extends FailureError {
  constructor(cause?: unknown) {
    super('The command ended before it had read all its input.', { cause })
  }
}
