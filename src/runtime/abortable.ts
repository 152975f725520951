/**
 * What comes of the work, unless the signal is aborted first: then its reason is thrown, and the work goes on unheard. `discard` gets what
 * still comes of it then, so that nothing stays open.
 */
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

/** Calls `stop` with the reason when the signal is aborted, at once if it was before. Returns what ends the listening. */
export function onAbort(signal: AbortSignal | undefined, stop: (reason: Error) => void): () => void {
  if (signal === undefined) return () => {}
  const listener = () => stop(signal.reason)
  if (signal.aborted) listener()
  else signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}
