import { UserError } from '../../../src/runtime/errors'
import { type RecordingRuntime, recordingRuntime } from '../recording-runtime'

/** A runtime whose inputs are these and nothing else. */
export function given(inputs: Readonly<Record<string, string>> = {}): RecordingRuntime {
  return recordingRuntime({ inputs })
}

/** The single faults of an error, each with what to do about it. */
export function faultsOf({ faults }: UserError): string[] {
  return faults.map(({ message, advice }) => `${message} ${advice ?? ''}`.trim())
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
