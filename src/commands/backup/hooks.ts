import type { Hooks } from '../../inputs/groups/hooks'
import { messageOf } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'
import type { Server } from '../../server/server'

export interface HookContext {
  hooks: Hooks
  server: Server
  runtime: Runtime
  signal: AbortSignal
  /** Called when `after-command` becomes pending, and when it has run. */
  onAfterCommandPending(isPending: boolean): void
}

/** A cancelled run has this long: the runner kills it 10 s after the first signal. */
const afterCancelMs = 4_000
const afterMs = 15 * 60_000

/**
 * Runs `before-command`, the work, then `after-command` in any case, also on cancel. A failing `before` stops the work.
 * A failing `after` does not undo the work: its error is returned, to be reported once what was taken is stored.
 */
export async function betweenHooks<T>(
  work: () => Promise<T>,
  context: HookContext,
): Promise<{ result: T; afterError: unknown }> {
  const { hooks, server, runtime, signal, onAfterCommandPending } = context
  let afterError: unknown
  let result: T
  try {
    if (hooks.after !== undefined) onAfterCommandPending(true)
    if (hooks.before !== undefined) {
      const lines = await server.runCommand({ text: hooks.before, name: 'before-command', signal })
      for (const line of lines) runtime.log.info(line)
    }
    result = await work()
  } finally {
    if (hooks.after !== undefined) {
      afterError = await runAfter(hooks.after, server, {
        runtime,
        limitMs: signal.aborted ? afterCancelMs : afterMs,
      })
      if (afterError === undefined) onAfterCommandPending(false)
    }
  }
  return { result, afterError }
}

/** Runs `after-command`; returns its error, if any. */
export async function runAfter(
  text: string,
  server: Server,
  { runtime, limitMs }: { runtime: Runtime; limitMs: number },
): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(limitMs)
    for (const line of await server.runCommand({ text, name: 'after-command', signal })) runtime.log.info(line)
    return undefined
  } catch (error) {
    runtime.log.info(messageOf(error))
    return error
  }
}
