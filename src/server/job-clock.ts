import { limitsOf, startMs, tooLong } from './job-limits'
import type { ReportLine } from './job-report'
import type { ServerJob } from './server-script'

export interface JobClockOptions {
  /** What the job may wait for a lock, on top of its time. */
  waitMs: number
  /** Whether the job waits for the runner at the moment: its silence is not counted then. */
  isWaitingForUs: () => boolean
  fail: (error: Error) => void
}

/** Calls `fail` when a job takes longer than it may (`job-limits.ts`). Runs from its making until `stop`. */
export class JobClock {
  readonly #job: ServerJob
  readonly #options: JobClockOptions
  #kind: 'start' | 'time' | 'silence' = 'start'
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(job: ServerJob, options: JobClockOptions) {
    this.#job = job
    this.#options = options
    this.#limitTo(startMs)
  }

  /** Data moved, in either direction. */
  moved(): void {
    if (this.#isStopped) return
    if (this.#kind === 'start') this.#begin()
    else if (this.#kind === 'silence') this.#timer?.refresh()
  }

  /** A line of the report arrived. */
  reported({ word, value }: ReportLine): void {
    this.moved()
    if (this.#isStopped) return
    if (word !== 'phase') return
    const phaseMs = limitsOf[this.#job].phaseMs?.[value]
    if (phaseMs !== undefined) this.#limitTo(phaseMs)
    // The limit of a phase ends with it. A time is not begun again: a server could name phases for ever.
    else if (this.#kind === 'silence') this.#begin()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #begin(): void {
    const { timeMs, silenceMs } = limitsOf[this.#job]
    this.#kind = timeMs === undefined ? 'silence' : 'time'
    this.#limitTo((timeMs ?? silenceMs ?? 0) + this.#options.waitMs)
  }

  #limitTo(ms: number): void {
    clearTimeout(this.#timer)
    if (ms === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(() => {
      if (this.#kind === 'silence' && this.#options.isWaitingForUs()) this.#timer?.refresh()
      else this.#options.fail(tooLong(this.#job, this.#kind, ms))
    }, ms).unref()
  }
}
