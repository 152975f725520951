import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../../runtime/errors'
import type { FolderSwap } from './folder-jobs'
import { type FolderWork, serverOf } from './folder-work'

type SwapWork = Pick<FolderWork, 'context' | 'state'>

/** Whatever cut the link, it rarely lets the next one through in the same moment. */
const pauseMs = 2_000

/**
 * Puts folders into their places, and knows in the end whether that is done: when the link dies, the server goes on and
 * nobody hears of it. Throws what went wrong when the places have again what stood there before, or when the server
 * could not be asked; then `state.swaps` is left for the rollback and the post step.
 */
export async function swapConfirmed(swaps: readonly FolderSwap[], work: SwapWork): Promise<void> {
  const { context, state } = work
  state.swaps = swaps.map(swap => ({ ...swap }))
  context.save()
  try {
    await serverOf(work).swap(swaps)
  } catch (error) {
    // A cancelled run has no time to ask: its post step does.
    if (context.runtime.signal.aborted || !(await confirmSwap(swaps, work))) throw error
  }
  state.swaps = []
  context.save()
}

/** Undoes what was done of the swaps of this run. */
export async function undoSwaps(work: SwapWork): Promise<void> {
  const { context, state } = work
  if (state.swaps.length === 0) return
  for (const place of await serverOf(work).unswap(state.swaps))
    context.runtime.log.info(`${place} has again what stood there before.`)
  state.swaps = []
  context.save()
}

/** Half a swap is undone. Throws nothing: what was thrown before says more. */
async function confirmSwap(swaps: readonly FolderSwap[], work: SwapWork): Promise<boolean> {
  const { log } = work.context.runtime
  try {
    log.info('The swap of the folders was not heard to its end. Asking the server what became of it.')
    const states = await askAgain(() => serverOf(work).swapState(swaps), work)
    if (states.every(state => state === 'done')) {
      log.info('All folders are in their places.')
      return true
    }
    await undoSwaps(work)
  } catch (error) {
    log.info(`What became of the folders is not known: ${messageOf(error)}`)
  }
  return false
}

/** Over another connection, when this one is broken. */
async function askAgain<T>(ask: () => Promise<T>, { context }: SwapWork): Promise<T> {
  const { signal, runtime, reconnect } = context
  if (!signal.aborted) {
    try {
      return await ask()
    } catch (error) {
      runtime.log.info(messageOf(error))
    }
  }
  await sleep(pauseMs, undefined, { signal: runtime.signal })
  await reconnect()
  return ask()
}
