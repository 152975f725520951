import type { Finding } from '../../findings/finding'
import type { FoundProof } from '../../repository/catalog/found-proof'
import type { FailureFacts, ReportedStore, ReportedWeek, WeekPoint } from '../run-facts'

/** Everything that is shown of one run of the action `list`. */
export interface ListReport {
  store: ReportedStore
  /** Ages are counted up to here. */
  now: Date
  /** Newest first, those of unknown age last; undefined before the bucket was read. */
  points?: readonly ReportedPoint[]
  /** Only where something is expected. `missing`: the beginnings of the periods without a good one, oldest first. */
  expected?: { everyMs: number; count: number; missing: readonly Date[] }
  /** Undefined without a ring. */
  week?: ReportedWeek
  /** Whether only what is signed by the right key counts. */
  areSignaturesRequired: boolean
  warnings: readonly Finding[]
  /** Only of a run that did not end well. */
  failure?: FailureFacts
}

export const placeNames = ['ring', 'daily', 'weekly', 'monthly', 'yearly', 'manual', 'suspect'] as const

/** One recovery point, or what should be one. */
export interface ReportedPoint {
  /** As an input takes it: `Monday-13-00`, `daily/2026-11-23`, `manual/before-update`, `suspect/Monday-13-00`. */
  name: string
  place: (typeof placeNames)[number]
  /** All but `good` and `suspect` cannot be restored; `problem` says why. */
  verdict: 'good' | 'suspect' | 'stale' | 'damaged' | 'untrusted' | 'unfinished' | 'lost' | 'unreadable' | 'denied'
  /** A slot of the ring that was not written when its turn came again. */
  isStale: boolean
  /** Undefined where no manifest could be read. */
  facts: PointFacts | undefined
  /** Its last drill, if that was of this very recovery point. */
  proof: FoundProof | undefined
  /** The fingerprint of who signed it; undefined where nobody did, or where it was not looked at. */
  signer: string | undefined
  isSigned: boolean
  /** In whole sentences. */
  problem: string | undefined
}

/** What a manifest says. */
export interface PointFacts {
  takenAt: Date
  /** The input `ssh-host` of the backup. */
  host: string
  databases: readonly { name: string; bytes: number; tables: number }[]
  files: { paths: readonly string[]; bytes: number; files: number } | undefined
  /** Whether a private key is needed to restore it. */
  isEncrypted: boolean
  /** '' when it was taken outside GitHub. */
  runUrl: string
}

/** One whose age is known. */
export type DatedPoint = ReportedPoint & { facts: PointFacts }

export function isDated(point: ReportedPoint): point is DatedPoint {
  return point.facts !== undefined
}

/** The newest one that `latest` restores, of the ring, of a tier, or named. */
export function newestGood({ points = [] }: Pick<ListReport, 'points'>): DatedPoint | undefined {
  return points.filter(isDated).find(({ verdict }) => verdict === 'good')
}

export function goodCount({ points = [] }: Pick<ListReport, 'points'>): number {
  return points.filter(({ verdict }) => verdict === 'good').length
}

/** How the verdict, the age and the last drill of a recovery point show in a grid. */
export function stateOf({ verdict, isStale, proof }: ReportedPoint): WeekPoint['state'] {
  if (verdict === 'suspect') return 'suspect'
  if (verdict !== 'good') return 'unfit'
  if (isStale) return 'stale'
  if (proof === undefined || proof.kind === 'untrusted') return 'good'
  return proof.kind === 'proven' ? 'proven' : 'disproven'
}

/** Those that no restore takes. */
export function unfitPoints({ points = [] }: Pick<ListReport, 'points'>): ReportedPoint[] {
  return points.filter(({ verdict }) => verdict !== 'good' && verdict !== 'suspect')
}

/** Never negative: the clocks of two machines differ. */
export function ageMs({ facts }: Pick<DatedPoint, 'facts'>, now: Date): number {
  return Math.max(0, now.getTime() - facts.takenAt.getTime())
}

/** Whether a backup is due: no good one is younger. One that was named is no hour of the schedule. */
export function isDue({ points = [], now }: Pick<ListReport, 'points' | 'now'>, everyMs: number): boolean {
  const newest = newestGood({ points: points.filter(({ place }) => place !== 'manual') })
  return newest === undefined || ageMs(newest, now) > everyMs
}

/** Of all its objects. */
export function bytesOf({ databases, files }: PointFacts): number {
  return databases.reduce((sum, { bytes }) => sum + bytes, files?.bytes ?? 0)
}
