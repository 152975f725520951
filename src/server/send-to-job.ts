import type { Writable } from 'node:stream'
import { UnreadInput } from '../ssh/link/unread-input'
import type { Intake } from './intake'

/**
 * Sends data into a job of the server and waits for its end. `send` ends the input. Throws the first thing that went wrong: what the job says
 * when it stopped taking data or was aborted, else what stopped the sending.
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
