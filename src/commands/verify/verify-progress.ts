import type { Inspection } from '../../pipeline/inspect'
import { startProgress } from '../../pipeline/progress'
import type { Runtime } from '../../runtime/runtime'
import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatRate, formatSize } from '../../runtime/text/format-size'

/** Follows what is being read, and tells every ten seconds how far it is. */
export interface VerifyProgress {
  /** An object whose turn has come. `name` for the line, `bytes` as its manifest says. */
  reading(name: string, bytes: number): { started(inspection: Inspection<unknown>): void; ended(): void }
  /** One more recovery point is through. */
  done(): void
  stop(): void
}

/** `total`: how many recovery points there are in all. */
export function verifyProgress(
  { log, clock }: Pick<Runtime, 'log' | 'clock'>,
  total: number,
): VerifyProgress {
  const readings = new Set<() => string>()
  let count = 0
  const lines = () => [
    ...[...readings].map(line => line()),
    ...(total > 1 ? [`${count} of ${plural(total, 'recovery point')} verified`] : []),
  ]
  const progress = startProgress({ log, clock, lines })
  return {
    reading: (name, bytes) => {
      let line: (() => string) | undefined
      return {
        started: inspection => {
          const startedMs = clock.monotonicMs()
          line = () => readingLine(name, bytes, inspection.progress(), clock.monotonicMs() - startedMs)
          readings.add(line)
        },
        ended: () => {
          if (line !== undefined) readings.delete(line)
        },
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
  { storedBytes, content }: ReturnType<Inspection<unknown>['progress']>,
  elapsedMs: number,
): string {
  const read = `${formatSize(storedBytes)} of ${formatSize(bytes)} read (${formatSize(content.bytes)} of content)`
  return `${name}  ${read}, ${formatRate(storedBytes, elapsedMs)}, ${formatDuration(elapsedMs)}`
}
