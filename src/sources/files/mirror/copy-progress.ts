import type { Clock } from '../../../runtime/runtime'
import { formatDuration } from '../../../runtime/text/format-duration'
import { formatSize } from '../../../runtime/text/format-size'
import type { ReportLine } from '../../../server/job-report'

/** How far the first copy into the mirror is. */
export interface CopyProgress {
  /** Each line of the report. */
  read(line: ReportLine): void
  /** `42 % of 2.9 GB, about 3 m left`; undefined while nothing is known. */
  words(): string | undefined
}

/** The rest is at the speed that it had so far. */
export function copyProgress(clock: Pick<Clock, 'monotonicMs'>): CopyProgress {
  const startedMs = clock.monotonicMs()
  let known: { bytes: number; total: number; atMs: number } | undefined
  return {
    read: ({ word, value }) => {
      if (word !== 'progress') return
      const [, bytes, total] = /^(\d{1,15}) (\d{1,15})$/.exec(value) ?? []
      if (bytes !== undefined && Number(total) > 0)
        known = { bytes: Number(bytes), total: Number(total), atMs: clock.monotonicMs() }
    },
    words: () => {
      if (known === undefined) return undefined
      const { bytes, total, atMs } = known
      const share = Math.min(1, bytes / total)
      const restMs = share === 0 ? undefined : ((atMs - startedMs) * (1 - share)) / share
      const left = restMs === undefined ? '' : `, about ${formatDuration(restMs)} left`
      return `${Math.floor(share * 100)} % of ${formatSize(total)}${left}`
    },
  }
}
