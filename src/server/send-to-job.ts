import type { Writable } from 'node:stream'
import { UnreadInput } from '../ssh/link/unread-input'
import type { Intake } from './intake'

/**
 * Sends data to a job and waits for its end. `send` must end the input. Throws the error of the job when it stopped
 * reading or was aborted, otherwise the error of `send`.
 */
export async function sendToJob(intake: Intake, send: (input: Writable) => Promise<unknown>): Promise<void> {
  try {
    await send(intake.input)
  } catch (error) {
    if (error instanceof UnreadInput) await intake.done
    else intake.close()
    throw error
  }
  await intake.done
}
