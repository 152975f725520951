import { listed } from '../../../findings/listed'
import type { BackupInputs } from '../../../inputs/backup'
import { slotCount } from '../../../repository/names/slot'
import { plural } from '../../../runtime/text/format-count'
import { formatSize } from '../../../runtime/text/format-size'
import type { PartPreflight } from '../../../sources/backup-part'

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
    }),
  ]
}

/** Runs a month where a rotation of so many slots gets one run for each: an hour each of a week, a day each. */
const monthlyRuns: Readonly<Record<number, { runs: number; rhythm: string }>> = {
  168: { runs: 730, rhythm: 'a run every hour' },
  24: { runs: 730, rhythm: 'a run every hour' },
  7: { runs: 30, rhythm: 'a run every day' },
}

function overTime(
  slots: number | undefined,
  { pointBytes, isMost }: { pointBytes: number; isMost: boolean },
): string[] {
  if (slots === undefined) return []
  const upTo = isMost ? 'up to ' : ''
  const ring = `A full ring of ${plural(slots, 'slot')} takes ${upTo}${formatSize(slots * pointBytes)}`
  const rhythm = monthlyRuns[slots]
  if (rhythm === undefined) return [`${ring}; each run sends ${upTo}${formatSize(pointBytes)} from the server.`]
  const traffic = `${upTo}${formatSize(rhythm.runs * pointBytes)} leave the server each month`
  return [
    `${ring}; with ${rhythm.rhythm}, ${traffic}. If that is too much: "exclude", "exclude-tables", or fewer runs ("rotation: day-of-week" with one a day).`,
  ]
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
