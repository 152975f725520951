import { crumbsBytes, limitsOf, startMs, tooLong } from './job-limits'
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
  /** Since the silence was counted anew. */
  #movedBytes = 0
  readonly #phases = new Set<string>()
  #hasPhaseLimit = false

  constructor(job: ServerJob, options: JobClockOptions) {
    this.#job = job
    this.#options = options
    this.#limitTo(startMs)
  }

  /** Data moved, in either direction. */
  moved(bytes: number): void {
    if (this.#isStopped) return
    if (this.#kind === 'start') this.#begin()
    else if (this.#kind === 'silence') {
      this.#movedBytes += bytes
      if (this.#movedBytes >= crumbsBytes) this.#again()
    }
  }

  /** A line of the report arrived. */
  reported({ word, value }: ReportLine): void {
    if (this.#isStopped) return
    if (this.#kind === 'start') this.#begin()
    if (word !== 'phase') return
    const phaseMs = limitsOf[this.#job].phaseMs?.[value]
    // Each phase comes once: a server could name them for ever.
    if (phaseMs !== undefined && !this.#phases.has(value)) {
      this.#phases.add(value)
      this.#hasPhaseLimit = true
      this.#limitTo(phaseMs)
    } else if (this.#hasPhaseLimit && this.#kind === 'silence') {
      this.#hasPhaseLimit = false
      this.#begin()
    }
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

  #again(): void {
    this.#movedBytes = 0
    this.#timer?.refresh()
  }

  #limitTo(ms: number): void {
    clearTimeout(this.#timer)
    if (ms === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(() => {
      if (this.#kind === 'silence' && this.#options.isWaitingForUs()) this.#again()
      else this.#options.fail(tooLong(this.#job, this.#movedBytes > 0 ? 'crumbs' : this.#kind, ms))
    }, ms).unref()
  }
}
