import type { Writable } from 'node:stream'
import type { Intake } from '../server/restore-server'
import { UnreadInput } from '../ssh/unread-input'

/**
 * Sends data into a job of the server. `send` ends the input. Throws the first thing that went wrong: the reason of the signal, else what the
 * job says when it stopped taking data, else what stopped the sending.
 */
export async function feed(
  intake: Intake,
  signal: AbortSignal,
  send: (input: Writable) => Promise<void>,
): Promise<void> {
  const stop = () => intake.close()
  signal.addEventListener('abort', stop, { once: true })
  intake.done.catch(() => {})
  try {
    signal.throwIfAborted()
    await send(intake.input)
    await intake.done
  } catch (error) {
    if (signal.aborted || !(error instanceof UnreadInput)) {
      intake.close()
      throw signal.aborted ? signal.reason : error
    }
    await intake.done
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
