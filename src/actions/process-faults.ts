/** The source of faults: the process, or a test double. */
export interface FaultSource {
  on(event: 'uncaughtException', listener: (error: unknown) => void): unknown
  on(event: 'unhandledRejection', listener: (reason: unknown, promise: Promise<unknown>) => void): unknown
  on(event: 'rejectionHandled', listener: (promise: Promise<unknown>) => void): unknown
  on(event: 'beforeExit', listener: () => void): unknown
}

/** The faults that no code has handled. */
export interface FaultWatch {
  /** The faults so far, oldest first. A rejection that was handled later does not count. */
  seen(): Promise<unknown[]>
  /** Rejects when a fault stays unhandled for `graceMs`, or when the event loop is empty. */
  readonly lasting: Promise<never>
}

/**
 * Listens for unhandled faults, so that they neither end the process silently nor go unnoticed. Waits `graceMs`, since
 * a rejection is often a side effect of a failure that the work is about to report with more detail.
 */
export function watchFaults(source: FaultSource, graceMs: number): FaultWatch {
  const faults = new Map<unknown, unknown>()
  const lasting = new Promise<never>((_, reject) => {
    const note = (key: unknown, fault: unknown) => {
      faults.set(key, fault)
      setTimeout(() => faults.has(key) && reject(fault), graceMs).unref()
    }
    source.on('uncaughtException', error => note(Symbol('uncaught'), error))
    source.on('unhandledRejection', (reason, promise) => note(promise, reason))
    source.on('rejectionHandled', promise => faults.delete(promise))
    // Node ends with status 0 when the event loop is empty: a run that did not finish would be green.
    source.on('beforeExit', () =>
      reject(
        [...faults.values()][0] ?? new Error('The program ran out of things to wait for before its work was done'),
      ),
    )
  })
  // It is used only in a race: a rejection after the work has ended must not count as unhandled.
  lasting.catch(() => {})
  return {
    lasting,
    async seen() {
      // Node reports one turn later that a rejection was handled after all.
      await new Promise(setImmediate)
      return [...faults.values()]
    },
  }
}
