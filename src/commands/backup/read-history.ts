import { lastDrills, type RecordedDrill } from '../../repository/catalog/last-drills'
import { missingPeriods } from '../../repository/catalog/missing-periods'
import type { PrefixIndex } from '../../repository/catalog/prefix-index'
import { bytesByKind, type SizePoint, sizeHistory } from '../../repository/catalog/size-history'
import { isStaleSlot } from '../../repository/catalog/stale-slot'
import { usualInterval } from '../../repository/catalog/usual-interval'
import type { Manifest } from '../../repository/manifest/manifest'
import { baseFolder } from '../../repository/names/base-name'
import { listingPrefix, parseBaseKey, slotKeys } from '../../repository/names/keys'
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
  const [ages, drills, baseBytes] = await Promise.all([
    tierAges(repository, keep),
    shownOnly<RecordedDrill[]>([], () => lastDrills(repository, others, drillsAtMost)),
    readBaseBytes(repository, request),
  ])
  return {
    ...{ sizes, drills, week: weekOf(ring, drills, request), baseBytes },
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

/** What all bases take, where this recovery point builds on some. */
async function readBaseBytes({ store, prefix }: Repository, { manifest }: HistoryRequest): Promise<number> {
  const chain = (manifest?.artifacts ?? []).flatMap(({ chain = [] }) => chain)
  if (chain.length === 0) return 0
  const own = chain.reduce((sum, { bytes }) => sum + bytes, 0)
  return shownOnly(own, async () => {
    let bytes = 0
    for await (const { key, sizeBytes } of store.list(`${listingPrefix(prefix)}${baseFolder}/`))
      if (parseBaseKey(prefix, key)) bytes += sizeBytes
    return bytes
  })
}

/** Enough to find one that went well behind some that did not. */
const drillsAtMost = 3

/** A store that fails now fails no run that has stored everything. `otherwise`: what is shown then. */
async function shownOnly<T>(otherwise: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof FailureError) return otherwise
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
