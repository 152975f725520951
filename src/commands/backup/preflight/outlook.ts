import { listed } from '../../../findings/listed'
import type { BackupInputs } from '../../../inputs/backup'
import { slotCount } from '../../../repository/names/slot'
import { plural } from '../../../runtime/text/format-count'
import { formatSize } from '../../../runtime/text/format-size'
import type { ArtifactPlan, Outgoing, PartPreflight } from '../../../sources/backup-part'

type Taken = Pick<PartPreflight, 'takes'>

/** What a run would store and what a week of them comes to, as sentences. `newest`: the last good recovery point. */
export function storedOutlook(
  { rotation, compression }: Pick<BackupInputs, 'rotation' | 'compression'>,
  parts: readonly Taken[],
  newest: { slot: string; artifacts: readonly { bytes: number }[] } | undefined,
): string[] {
  const taken = parts.flatMap(({ takes }) => takes ?? [])
  if (taken.length === 0) return []
  const contentBytes = taken.reduce((sum, { bytes }) => sum + bytes, 0)
  const each = taken.map(({ what, bytes }) => `${what} ${formatSize(bytes)}`)
  const storedBytes = newest?.artifacts.reduce((sum, { bytes }) => sum + bytes, 0)
  const before = compression.kind === 'none' ? '' : ' before compression'
  return [
    `About ${formatSize(contentBytes)} for each recovery point${before}: ${listed(each, each.length)}.`,
    ...(newest === undefined || storedBytes === undefined
      ? []
      : [`The last good recovery point, ${newest.slot}, takes ${formatSize(storedBytes)} in the bucket.`]),
    ...overTime(slotCount(rotation), {
      pointBytes: storedBytes ?? contentBytes,
      isMost: storedBytes === undefined && compression.kind !== 'none',
      changing: changingOf(taken, contentBytes),
    }),
  ]
}

/**
 * What would leave the server, and be stored, if the files were sent whole once a week, as a sentence, of artifacts that a run
 * has stored. Undefined where that is so already, cannot be, or would not pay.
 */
export function sparingOutlook(
  { rotation }: Pick<BackupInputs, 'rotation'>,
  stored: readonly (Pick<ArtifactPlan, 'full'> & { bytes: number })[],
): string | undefined {
  const pointBytes = stored.reduce((sum, { bytes }) => sum + bytes, 0)
  const found = stored.find(({ full }) => full !== undefined)
  if (found?.full !== 'run' || pointBytes === 0) return undefined
  return payingLevels(slotCount(rotation), pointBytes, { full: 'run', share: found.bytes / pointBytes })
}

/** What of it can be sent in part. `share`: of all. */
interface Changing {
  full: NonNullable<Outgoing['full']>
  share: number
}

function changingOf(taken: readonly Outgoing[], contentBytes: number): Changing | undefined {
  const found = taken.find(({ full }) => full !== undefined)
  if (found?.full === undefined || contentBytes === 0) return undefined
  return { full: found.full, share: found.bytes / contentBytes }
}

/** Runs a month where a rotation of so many slots gets one run for each: an hour each of a week, a day each. */
const monthlyRuns: Readonly<Record<number, { runs: number; rhythm: string }>> = {
  168: { runs: 730, rhythm: 'a run every hour' },
  24: { runs: 730, rhythm: 'a run every hour' },
  7: { runs: 30, rhythm: 'a run every day' },
}

function overTime(
  slots: number | undefined,
  { pointBytes, isMost, changing }: { pointBytes: number; isMost: boolean; changing: Changing | undefined },
): string[] {
  if (slots === undefined) return []
  if (changing !== undefined && changing.full !== 'run' && monthlyRuns[slots] !== undefined)
    return [`${withLevels(slots, pointBytes, changing)}, and what changes.`]
  const upTo = isMost ? 'up to ' : ''
  const ring = `A full ring of ${plural(slots, 'slot')} takes ${upTo}${formatSize(slots * pointBytes)}`
  const rhythm = monthlyRuns[slots]
  if (rhythm === undefined) return [`${ring}; each run sends ${upTo}${formatSize(pointBytes)} from the server.`]
  const traffic = `${upTo}${formatSize(rhythm.runs * pointBytes)} leave the server each month`
  const paying = payingLevels(slots, pointBytes, changing)
  return [
    `${ring}; with ${rhythm.rhythm}, ${traffic}. If that is too much: "exclude", "exclude-tables", or fewer runs ("rotation: day-of-week" with one a day).`,
    ...(paying === undefined ? [] : [paying]),
  ]
}

function payingLevels(
  slots: number | undefined,
  pointBytes: number,
  changing: Changing | undefined,
): string | undefined {
  if (slots === undefined || monthlyRuns[slots] === undefined || slots <= 7) return undefined
  if (changing === undefined || changing.share * pointBytes < leastBytes) return undefined
  return `With "full-every: week": ${withLevels(slots, pointBytes, { ...changing, full: 'week' })}, and what changes.`
}

/** Below that nobody minds. */
const leastBytes = 50e6

/** Whole archives a month, and how many are stored at once. */
const wholeOnes = { day: { monthly: 30, kept: 8 }, week: { monthly: 4.3, kept: 2 } } as const

function withLevels(slots: number, pointBytes: number, { full, share }: Changing): string {
  if (full === 'run') throw new TypeError('Each run sends all.')
  const [files, others] = [share * pointBytes, (1 - share) * pointBytes]
  const { monthly, kept } = wholeOnes[full]
  const runs = monthlyRuns[slots]?.runs ?? 0
  return `The files whole once a ${full}, and else what changed in them: about ${formatSize(monthly * files + runs * others)} leave the server each month, a full ring takes about ${formatSize(kept * files + slots * others)}`
}

/** What a restore of it will need, as sentences. */
export function restoreOutlook(
  { compression }: Pick<BackupInputs, 'compression'>,
  parts: readonly Pick<PartPreflight, 'takes' | 'forRestore'>[],
): string[] {
  const tools = parts.flatMap(({ forRestore }) => forRestore.tools)
  if (tools.length === 0) return []
  const codec = compression.kind === 'none' ? [] : [compression.kind]
  const taken = parts.flatMap(({ takes }) => takes ?? [])
  const disk = taken.map(({ what, bytes }) => `${formatSize(bytes)} for ${what}`)
  return [
    `On the server: ${listed([...new Set([...tools, ...codec])], 10)}.`,
    ...(disk.length === 0
      ? []
      : [`Free disk space: about ${listed(disk, disk.length)}; what is replaced stays beside it until you remove it.`]),
    ...parts.flatMap(({ forRestore }) => forRestore.others),
  ]
}
