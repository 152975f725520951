import type { Inspection } from '../../pipeline/inspect'
import { startProgress } from '../../pipeline/progress'
import { progressLines, type StreamProgress } from '../../pipeline/progress-line'
import { defined } from '../../runtime/defined'
import type { Runtime } from '../../runtime/runtime'
import type { ArtifactPlan } from '../../sources/backup-part'
import type { BackupPlan } from './plan/plan-backup'

/** Follows the streams of a backup and logs every ten seconds how far they are. */
export interface StreamsProgress {
  started(name: string, inspection: Inspection<unknown>): void
  finished(name: string): void
  stop(): void
}

/** A stream that has not begun is shown as waiting. */
export function streamProgress({ log, clock }: Runtime, plan: BackupPlan): StreamsProgress {
  const beganMs = clock.monotonicMs()
  const streams = new Map<string, { inspection: Inspection<unknown>; startedMs: number; finishedMs?: number }>()
  const waiting = plan.parts.flatMap(part => part.artifacts)

  const stateOf = ({ name, waitsFor, waitingAt }: ArtifactPlan): StreamProgress => {
    const stream = streams.get(name)
    if (stream === undefined) {
      const at = waitingAt?.()
      return { name, stage: 'waiting', waitsFor, ...defined({ at }), elapsedMs: clock.monotonicMs() - beganMs }
    }
    const { storedBytes, content } = stream.inspection.progress()
    return {
      name,
      stage: stream.finishedMs === undefined ? 'sending' : 'done',
      sentBytes: storedBytes,
      content,
      elapsedMs: (stream.finishedMs ?? clock.monotonicMs()) - stream.startedMs,
    }
  }
  const lines = () => progressLines(waiting.map(stateOf))
  const progress = startProgress({ log, clock, lines })
  return {
    started: (name, inspection) => {
      streams.set(name, { inspection, startedMs: clock.monotonicMs() })
    },
    finished: name => {
      const stream = streams.get(name)
      if (stream !== undefined) stream.finishedMs = clock.monotonicMs()
    },
    stop: () => {
      progress.stop()
      // The last word on each stream, also of a run too quick for a progress line.
      for (const line of lines()) log.info(line)
    },
  }
}
