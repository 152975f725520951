import { type Tier, type TierKeep, tierEntryNames, tiers } from '../names/tier-name'

/** An entry of a tier that has a manifest. */
export interface TierEntry {
  tier: Tier
  /** With its tier: `daily/2026-11-23`. */
  name: string
  /**
   * - `good`: a complete recovery point that passed every check, with all its objects.
   * - `suspect`: a complete one that did not.
   * - `broken`: ours and neither: its manifest is not complete, or younger than it can be, or objects that it names are
   *   not there.
   * - `foreign`: not ours, or not to be read: no manifest of this format, or one that names other objects
   *   than this entry's.
   */
  state: 'good' | 'suspect' | 'broken' | 'foreign'
}

export interface TierPlan<Entry extends TierEntry> {
  /** What is to be made. */
  copies: { tier: Tier; name: string }[]
  /** What is in the way of a copy and is left alone. */
  blocked: Entry[]
  /** What is to go once all copies are made, in each tier the oldest first. */
  removals: Entry[]
}

/**
 * What a good recovery point, taken at this moment, changes in the tiers.
 *
 * - The first one of a period makes the period's entry, and an entry that is good is never made again. One
 *   that is broken is; one that is suspect or foreign stays as it is.
 * - Of each tier the newest `keep` good entries stay, the new one among them, and the older good ones go.
 *   Nothing else is ever removed: nothing suspect, broken or foreign, not the newest good one, not the entry
 *   of this period, and none of a later period either (some clock was wrong once; such entries are not
 *   counted).
 * - A tier with a `keep` of 0 is left alone: switching it off deletes no history.
 */
export function planTiers<Entry extends TierEntry>({
  takenAt,
  timezone,
  keep,
  existing,
}: {
  takenAt: Date
  /** The zone of the run, an IANA name. */
  timezone: string
  keep: TierKeep
  /** In any order. */
  existing: readonly Entry[]
}): TierPlan<Entry> {
  const plan: TierPlan<Entry> = { copies: [], blocked: [], removals: [] }
  const names = tierEntryNames(takenAt, timezone)
  for (const tier of tiers) {
    if (!(keep[tier] > 0)) continue
    const name = names[tier]
    const entries = existing.filter(entry => entry.tier === tier)
    const present = entries.find(entry => entry.name === name)
    const isBlocked = present?.state === 'suspect' || present?.state === 'foreign'
    if (isBlocked) plan.blocked.push(present)
    else if (present?.state !== 'good') plan.copies.push({ tier, name })
    const older = entries.filter(entry => entry.state === 'good' && entry.name < name).sort(newestFirst)
    plan.removals.push(...older.slice(isBlocked ? keep[tier] : keep[tier] - 1).reverse())
  }
  return plan
}

function newestFirst(one: TierEntry, other: TierEntry): number {
  return one.name < other.name ? 1 : -1
}
