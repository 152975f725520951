import { isoTime } from '../../commands/list/list-lines'
import {
  ageMs,
  bytesOf,
  isDated,
  isDue,
  type ListReport,
  newestGood,
  type ReportedPoint,
} from '../../commands/list/list-report'
import type { FoundProof } from '../../repository/catalog/found-proof'
import type { Runtime } from '../../runtime/runtime'
import { fittingOutput } from './outputs'

/**
 * Sets the outputs of a list; none before the bucket was read: empty ones would say that nothing is there. `page`: the folder of
 * its page, if any.
 */
export function setListOutputs({ output, log }: Pick<Runtime, 'output' | 'log'>, report: ListReport, page = ''): void {
  const { points, expected, now } = report
  if (points === undefined) return
  const all = points.map(point => jsonOf(point, now))
  const listed = fittingOutput(log, 'snapshots', all, {
    noun: 'recovery points, without the oldest',
    all: 'The log has all of them.',
  })
  const newest = newestGood(report)
  output('snapshots', JSON.stringify(listed))
  output('latest', newest?.name ?? '')
  output('latest-age-seconds', newest === undefined ? '' : String(secondsOf(ageMs(newest, now))))
  output('count', String(points.length))
  output('servers', '[]')
  output('page', page)
  // A week of periods of five minutes takes 50,000 characters.
  output('missing', JSON.stringify((expected?.missing ?? []).map(isoTime)))
  output('due', expected === undefined ? '' : String(isDue(report, expected.everyMs)))
}

function jsonOf(point: ReportedPoint, now: Date) {
  const { name, place, verdict, isStale, proof, signer, problem } = point
  return {
    ...{ snapshot: name, place, verdict },
    ...factsOf(point, now),
    isStale,
    proof: proof === undefined ? null : proofOf(proof),
    signedBy: signer ?? null,
    problem: problem ?? null,
  }
}

function proofOf(proof: FoundProof) {
  switch (proof.kind) {
    case 'proven':
      return { status: 'proven', provenAt: isoTime(proof.provenAt), restoreSeconds: proof.restoreSeconds }
    case 'failed':
      return { status: 'failed', failedAt: isoTime(proof.failedAt), problem: proof.problem }
    case 'untrusted':
      return { status: 'untrusted', problem: proof.problem }
  }
}

function factsOf(point: ReportedPoint, now: Date) {
  if (!isDated(point)) {
    const unknown = { takenAt: null, ageSeconds: null, host: null, bytes: null }
    return { ...unknown, databases: null, files: null, isEncrypted: null, runUrl: null }
  }
  const { takenAt, host, databases, files, isEncrypted, runUrl } = point.facts
  return {
    ...{ takenAt: takenAt.toISOString(), ageSeconds: secondsOf(ageMs(point, now)), host },
    ...{ bytes: bytesOf(point.facts), databases, files: files ?? null, isEncrypted, runUrl },
  }
}

function secondsOf(ms: number): number {
  return Math.round(ms / 1000)
}
