/** The result of `work`, or the signal's reason if that comes first. `discard` gets a result that comes later. */
export async function abortable<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  discard: (late: T) => void = () => {},
): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  const forget = onAbort(signal, reject)
  try {
    return await Promise.race([work, stopped])
  } catch (error) {
    work.then(discard, () => {})
    throw error
  } finally {
    forget()
  }
}

/** Calls `stop` with the reason when the signal is aborted, or at once if it already is. Returns the unsubscribe. */
export function onAbort(signal: AbortSignal | undefined, stop: (reason: Error) => void): () => void {
  if (signal === undefined) return () => {}
  const listener = () => stop(signal.reason)
  if (signal.aborted) listener()
  else signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}
