import type { Writable } from 'node:stream'
import { UnreadInput } from '../ssh/link/unread-input'
import type { Intake } from './intake'

/**
 * Sends data into a job of the server. `send` ends the input. Throws the first thing that went wrong: the reason of the signal, else what the
 * job says when it stopped taking data, else what stopped the sending.
 */
export async function feed(
  intake: Intake,
  signal: AbortSignal,
  send: (input: Writable) => Promise<unknown>,
): Promise<void> {
  // A channel that is closed from here may stay open until its process ends: nobody waits for that.
  let stop = () => {}
  const stopped = new Promise<never>((_, reject) => {
    stop = () => {
      intake.close()
      reject(signal.reason)
    }
  })
  stopped.catch(() => {})
  intake.done.catch(() => {})
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    await send(intake.input)
    await Promise.race([intake.done, stopped])
  } catch (error) {
    if (signal.aborted || !(error instanceof UnreadInput)) {
      intake.close()
      throw signal.aborted ? signal.reason : error
    }
    await Promise.race([intake.done, stopped])
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
