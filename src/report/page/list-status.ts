import { type ListReport, newestGood, placeNames, type ReportedPoint, stateOf } from '../../commands/list/list-report'
import type { FoundProof } from '../../repository/catalog/found-proof'
import { urlOrNull } from './backup-status'
import { type StatusDocument, statusFormat } from './status-document'

/** What a list knows of a prefix, of a report already scrubbed: all but the runs that stored nothing. */
export function statusOfList(report: ListReport): StatusDocument {
  const { store, points = [], now, week, expected } = report
  const newest = newestGood(report)
  const everyMs = expected?.everyMs ?? week?.everyMs
  return {
    ...{ format: statusFormat, writtenAt: now.toISOString(), host: newest?.facts.host ?? '' },
    ...{ bucket: store.bucket, prefix: store.prefix, timezone: week?.timezone ?? 'UTC', isComplete: true },
    newest: newest === undefined ? null : { slot: newest.name, takenAt: newest.facts.takenAt.toISOString() },
    everySeconds: everyMs === undefined ? null : everyMs / 1000,
    missing: (week?.missing ?? []).map(time => time.toISOString()),
    ring: points.flatMap(ringPoint),
    tiers: placeNames.flatMap(name => tierOf(name, points)),
    drills: points.flatMap(drillOf).sort((one, other) => (one.endedAt < other.endedAt ? 1 : -1)),
    runs: [],
  }
}

function ringPoint(point: ReportedPoint): StatusDocument['ring'] {
  const { name: slot, facts, place } = point
  if (facts === undefined || place !== 'ring') return []
  const database = facts.databases.reduce((sum, { bytes }) => sum + bytes, 0)
  const bytes = {
    ...(facts.databases.length === 0 ? {} : { database }),
    ...(facts.files && { files: facts.files.bytes }),
  }
  return [{ slot, takenAt: facts.takenAt.toISOString(), state: stateOf(point), bytes, runUrl: urlOrNull(facts.runUrl) }]
}

function tierOf(name: (typeof placeNames)[number], points: readonly ReportedPoint[]): StatusDocument['tiers'] {
  const good = points.filter(point => point.place === name && point.verdict === 'good')
  if (good.length === 0) return []
  const [newest, oldest] = [good[0], good.at(-1)].map(point => point?.facts?.takenAt.toISOString() ?? null)
  return [{ name, count: good.length, newest: newest ?? null, oldest: oldest ?? null }]
}

function drillOf({ name: slot, proof }: ReportedPoint): StatusDocument['drills'] {
  if (proof === undefined || proof.kind === 'untrusted') return []
  const ended = endOf(proof)
  const failed = proof.kind === 'failed'
  return [
    {
      ...{ slot, status: proof.kind, endedAt: ended.toISOString(), runUrl: null },
      restoreSeconds: failed ? null : proof.restoreSeconds,
      problem: failed ? proof.problem : null,
    },
  ]
}

function endOf(proof: Exclude<FoundProof, { kind: 'untrusted' }>): Date {
  return proof.kind === 'proven' ? proof.provenAt : proof.failedAt
}
