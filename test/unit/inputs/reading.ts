import { UserError } from '../../../src/runtime/errors'
import { type RecordingRuntime, recordingRuntime } from '../recording-runtime'

/** A runtime whose inputs are these and nothing else. */
export function given(inputs: Readonly<Record<string, string>> = {}): RecordingRuntime {
  return recordingRuntime({ inputs })
}

/** The UserError that the work throws. Fails when it throws nothing or anything else. */
export function refusal(work: () => unknown): UserError {
  try {
    work()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}
