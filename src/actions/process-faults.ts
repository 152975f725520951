/** The process, or a stand-in: what faults are heard on. */
export interface FaultSource {
  on(event: 'uncaughtException', listener: (error: unknown) => void): unknown
  on(event: 'unhandledRejection', listener: (reason: unknown, promise: Promise<unknown>) => void): unknown
  on(event: 'rejectionHandled', listener: (promise: Promise<unknown>) => void): unknown
  on(event: 'beforeExit', listener: () => void): unknown
}

/** The faults that reached no one's hands. */
export interface FaultWatch {
  /** Those of the past, the first one first. A rejection that somebody handled later is no fault. */
  seen(): Promise<unknown[]>
  /** Rejects when a fault was not handled within the grace, or when the process has nothing left to wait for. */
  readonly lasting: Promise<never>
}

/**
 * Listens for exceptions and rejections that nobody caught, so that they neither end the process without a word nor pass
 * unseen. The grace is there because a rejection is often the echo of a failure that the work itself is about to tell
 * better, and because a promise may find its handler a little late.
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
    // Node ends with status 0 when every promise waits for nothing: a run that did not finish would be green.
    source.on('beforeExit', () =>
      reject(
        [...faults.values()][0] ??
          new Error('The program ran out of things to wait for before its work was done'),
      ),
    )
  })
  // Heard only in a race: when the work wins, a late rejection is nobody's.
  lasting.catch(() => {})
  return {
    lasting,
    async seen() {
      // Node tells a turn later that a rejection was handled after all.
      await new Promise(setImmediate)
      return [...faults.values()]
    },
  }
}
