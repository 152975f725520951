import type { Clock, Log } from '../runtime/runtime'

/** What progress is reported from and to. */
export interface ProgressOptions {
  log: Pick<Log, 'info'>
  clock: Pick<Clock, 'monotonicMs'>
  /** One line for each stream as it stands now; see `progress-line.ts`. */
  lines: () => readonly string[]
  /** The least time between two reports. */
  everyMs?: number
}

/**
 * Prints the lines of all streams every ten seconds until stopped. A line that says what it said the last time is left out:
 * a stream that is done is told once. Does not keep the process alive.
 */
export function startProgress({ log, clock, lines, everyMs = 10_000 }: ProgressOptions): { stop(): void } {
  let told = new Set<string>()
  let lastMs = clock.monotonicMs()
  const report = () => {
    // Timers that were held up by a busy process fire close together.
    if (clock.monotonicMs() - lastMs < everyMs * 0.9) return
    lastMs = clock.monotonicMs()
    const current = lines()
    for (const line of current) if (!told.has(line)) log.info(line)
    told = new Set(current)
  }
  const timer = setInterval(report, everyMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
