import { lastDrills, type RecordedDrill } from '../../repository/catalog/last-drills'
import { missingPeriods } from '../../repository/catalog/missing-periods'
import type { PrefixIndex } from '../../repository/catalog/prefix-index'
import { bytesByKind, type SizePoint, sizeHistory } from '../../repository/catalog/size-history'
import { isStaleSlot } from '../../repository/catalog/stale-slot'
import { usualInterval } from '../../repository/catalog/usual-interval'
import type { Manifest } from '../../repository/manifest/manifest'
import { parseBaseKey, slotKeys } from '../../repository/names/keys'
import { isManualSlot } from '../../repository/names/manual-name'
import { noTiers, type TierKeep } from '../../repository/names/tier-name'
import type { Repository } from '../../repository/repository'
import { tierAges } from '../../repository/tiers/tier-ages'
import { FailureError } from '../../runtime/errors'
import type { ReportedWeek, WeekPoint } from '../run-facts'
import type { BackupHistory } from './run-report'

interface HistoryRequest {
  index: PrefixIndex
  /** Of the slots. */
  timezone: string
  now: Date
  /** What the run has stored. */
  manifest?: Manifest
  /** The tiers to look at. */
  keep?: TierKeep
}

/** What is in the prefix beside what the run has stored: sizes, the last week, how far back one can go, the last drills. */
export async function readHistory(repository: Repository, request: HistoryRequest): Promise<BackupHistory> {
  const { index, manifest, keep = noTiers } = request
  const own = manifest && slotKeys(repository.prefix, manifest.slot).manifest.replace(/manifest\.json$/, '')
  const others = own === undefined ? index.objects : index.objects.filter(({ key }) => !key.startsWith(own))
  const earlier = sizeHistory(repository.prefix, others)
  const sizes = [...earlier, ...(manifest === undefined ? [] : [ownSize(manifest)])]
  const ring = sizes.filter(({ slot }) => !isManualSlot(slot))
  const [ages, drills] = await Promise.all([tierAges(repository, keep), readDrills(repository, others)])
  return {
    ...{ sizes, drills, week: weekOf(ring, drills, request), baseBytes: baseBytesOf(repository, request) },
    tiers: [
      ...tierOfRing(ring),
      ...ages.map(({ tier, count, newest, oldest }) => ({
        name: tier,
        count,
        newest: newest?.takenAt,
        oldest: oldest?.takenAt,
      })),
    ],
  }
}

function ownSize({ slot, startedAt, artifacts }: Manifest): SizePoint {
  return { slot, takenAt: new Date(startedAt), bytes: bytesByKind(artifacts) }
}

/** Of a base that is made anew the listing has the size of the one before. */
function baseBytesOf({ prefix }: Repository, { index, manifest }: HistoryRequest): number {
  const bases = new Map<string, number>()
  for (const { key, sizeBytes } of index.objects) if (parseBaseKey(prefix, key)) bases.set(key, sizeBytes)
  for (const { chain = [] } of manifest?.artifacts ?? []) for (const { key, bytes } of chain) bases.set(key, bytes)
  return [...bases.values()].reduce((sum, bytes) => sum + bytes, 0)
}

/** Enough to find one that went well behind some that did not. */
const drillsAtMost = 3

/** They are only shown: a store that fails now fails no run that has stored everything. */
async function readDrills(repository: Repository, objects: PrefixIndex['objects']): Promise<RecordedDrill[]> {
  try {
    return await lastDrills(repository, objects, drillsAtMost)
  } catch (error) {
    if (error instanceof FailureError) return []
    throw error
  }
}

function weekOf(
  ring: readonly SizePoint[],
  drills: readonly RecordedDrill[],
  { timezone, now }: HistoryRequest,
): ReportedWeek {
  const drilled = new Map(drills.map(({ slot, status }) => [slot, status]))
  const everyMs = usualInterval(ring.map(({ takenAt }) => takenAt))
  const points = ring.map(({ slot, takenAt }) => {
    const isStale = isStaleSlot({ slot, takenAt, timezone }, now)
    return { slot, takenAt, state: isStale ? 'stale' : stateBy(drilled.get(slot)) } as const
  })
  if (everyMs === undefined) return { timezone, points, missing: [] }
  const entries = ring.map(({ takenAt }) => ({
    ...{ state: 'good' as const, place: 'ring' as const, storedAt: takenAt },
    facts: { takenAt, timezone },
  }))
  return { timezone, points, everyMs, missing: missingPeriods(entries, everyMs, now).missing }
}

function stateBy(drill: RecordedDrill['status'] | undefined): WeekPoint['state'] {
  if (drill === undefined) return 'good'
  return drill === 'failed' ? 'disproven' : 'proven'
}

function tierOfRing(ring: readonly SizePoint[]): BackupHistory['tiers'] {
  if (ring.length === 0) return []
  const times = ring.map(({ takenAt }) => takenAt.getTime())
  const [newest, oldest] = [new Date(Math.max(...times)), new Date(Math.min(...times))]
  return [{ name: 'ring', count: ring.length, newest, oldest }]
}
