import type { Clock, Log } from '../runtime/runtime'

/** Where progress comes from and where it is printed. */
export interface ProgressOptions {
  log: Pick<Log, 'info' | 'live'>
  clock: Pick<Clock, 'monotonicMs'>
  /** The current line of each stream; see `progress-line.ts`. */
  lines: () => readonly string[]
  /** The shortest time between two reports. */
  everyMs?: number
}

/**
 * Prints the changed lines of all streams every ten seconds until stopped; on a terminal, one line that moves. Does not keep
 * the process alive.
 */
export function startProgress({ log, clock, lines, everyMs = 10_000 }: ProgressOptions): { stop(): void } {
  if (log.live !== undefined) return startLive(log.live, lines)
  let printed = new Set<string>()
  let lastMs = clock.monotonicMs()
  const report = () => {
    // Timers that a busy process has delayed fire close together.
    if (clock.monotonicMs() - lastMs < everyMs * 0.9) return
    lastMs = clock.monotonicMs()
    const current = lines()
    for (const line of current) if (!printed.has(line)) log.info(line)
    printed = new Set(current)
  }
  const timer = setInterval(report, everyMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

const liveEveryMs = 250

function startLive(show: (line: string) => void, lines: () => readonly string[]): { stop(): void } {
  const timer = setInterval(() => show(lines().join(' | ')), liveEveryMs)
  timer.unref()
  return {
    stop: () => {
      clearInterval(timer)
      show('')
    },
  }
}
