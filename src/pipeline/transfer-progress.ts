import type { Runtime } from '../runtime/runtime'
import { formatDuration } from '../runtime/text/format-duration'
import { formatRate, formatSize } from '../runtime/text/format-size'
import { startProgress } from './progress'

/** Prints the progress of a transfer every ten seconds: `database shop  120 MB of 812 MB, 31 MB/s, 4 s`. */
export function transferProgress(
  { log, clock }: Pick<Runtime, 'log' | 'clock'>,
  name: string,
  totalBytes: number,
): { moved(bytes: number): void; stop(): void } {
  const startedMs = clock.monotonicMs()
  let movedBytes = 0
  const line = () => {
    const elapsedMs = clock.monotonicMs() - startedMs
    return `${name}  ${formatSize(movedBytes)} of ${formatSize(totalBytes)}, ${formatRate(movedBytes, elapsedMs)}, ${formatDuration(elapsedMs)}`
  }
  const progress = startProgress({ log, clock, lines: () => [line()] })
  return {
    moved: bytes => {
      movedBytes = bytes
    },
    stop: () => progress.stop(),
  }
}

/** The same around work that reports its own progress. */
export async function withProgress<T>(
  runtime: Pick<Runtime, 'log' | 'clock'>,
  name: string,
  totalBytes: number,
  run: (onProgress: (bytes: number) => void) => Promise<T>,
): Promise<T> {
  const progress = transferProgress(runtime, name, totalBytes)
  try {
    return await run(bytes => progress.moved(bytes))
  } finally {
    progress.stop()
  }
}
