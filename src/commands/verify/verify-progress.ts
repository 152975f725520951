import { startProgress } from '../../pipeline/progress'
import type { Runtime } from '../../runtime/runtime'
import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatRate, formatSize } from '../../runtime/text/format-size'
import type { ReadProgress } from '../../sources/reread-artifact'

/** Logs every ten seconds how much of each object is read. */
export interface VerifyProgress {
  /** Begins an object. `name` for the line, `bytes` as its manifest says. */
  reading(name: string, bytes: number): { moved: ReadProgress; ended(): void }
  /** One more recovery point is done. */
  done(): void
  stop(): void
}

/** `total`: of recovery points. */
export function verifyProgress({ log, clock }: Pick<Runtime, 'log' | 'clock'>, total: number): VerifyProgress {
  const readings = new Set<() => string>()
  let count = 0
  const lines = () => [
    ...[...readings].map(line => line()),
    ...(total > 1 ? [`${count} of ${plural(total, 'recovery point')} verified`] : []),
  ]
  const progress = startProgress({ log, clock, lines })
  return {
    reading: (name, bytes) => {
      const startedMs = clock.monotonicMs()
      let seen = { storedBytes: 0, contentBytes: 0 }
      const line = () => readingLine(name, bytes, seen, clock.monotonicMs() - startedMs)
      return {
        moved: (storedBytes, contentBytes) => {
          seen = { storedBytes, contentBytes }
          readings.add(line)
        },
        ended: () => readings.delete(line),
      }
    },
    done: () => {
      count++
    },
    stop: () => progress.stop(),
  }
}

/** `Monday-13-00 database  120 MB of 812 MB read (380 MB of content), 31 MB/s, 4 s` */
function readingLine(
  name: string,
  bytes: number,
  { storedBytes, contentBytes }: { storedBytes: number; contentBytes: number },
  elapsedMs: number,
): string {
  const read = `${formatSize(storedBytes)} of ${formatSize(bytes)} read (${formatSize(contentBytes)} of content)`
  return `${name}  ${read}, ${formatRate(storedBytes, elapsedMs)}, ${formatDuration(elapsedMs)}`
}
