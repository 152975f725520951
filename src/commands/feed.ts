import type { Writable } from 'node:stream'
import type { Intake } from '../server/restore-server'

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
    if (signal.aborted || !isEcho(error, intake.input)) {
      intake.close()
      throw signal.aborted ? signal.reason : error
    }
    const patience = setTimeout(() => intake.close(), patienceMs)
    await intake.done.finally(() => clearTimeout(patience))
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** The other side is gone by then, and its last words are on their way. */
const patienceMs = 10_000

/** An input that broke off under the sender's hands is only the echo of what the job has to say. */
function isEcho(error: unknown, input: Writable): boolean {
  if (input.errored === error) return true
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}
