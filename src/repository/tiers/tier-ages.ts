import { FailureError } from '../../runtime/errors'
import { type Tier, type TierKeep, tiers } from '../names/tier-name'
import type { Repository } from '../repository'
import { listTier, type ReadTierEntry, readTierEntry, type TierFolder } from './tier-folder'

/** How far back a tier reaches. */
export interface TierAge {
  tier: Tier
  /** Entries with a manifest, without those that were read and are not good. */
  count: number
  /** Undefined when the tier has no good entry. */
  newest: DatedEntry | undefined
  oldest: DatedEntry | undefined
}

interface DatedEntry {
  /** `daily/2026-11-23` */
  name: string
  /** When its recovery point was taken. */
  takenAt: Date
}

/**
 * Count and ages of the good entries of each tier that is kept: a listing and mostly two manifests. A tier of which the
 * store gives no answer is left out.
 */
export async function tierAges(repository: Repository, keep: TierKeep): Promise<TierAge[]> {
  const wanted = tiers.filter(tier => keep[tier] > 0)
  const ages = await Promise.all(wanted.map(tier => ageOf(repository, tier)))
  return ages.filter(age => age !== undefined)
}

async function ageOf(repository: Repository, tier: Tier): Promise<TierAge | undefined> {
  try {
    const folder = await listTier(repository, tier)
    const rejected = new Set<string>()
    const newest = await firstGood(repository, folder, folder.names.toReversed(), rejected)
    const oldest = newest && (await firstGood(repository, folder, folder.names, rejected, newest))
    return { tier, count: folder.names.length - rejected.size, newest, oldest }
  } catch (error) {
    if (error instanceof FailureError) return undefined
    throw error
  }
}

/** The first good one of these names; `known` is one that was read before. */
async function firstGood(
  repository: Repository,
  folder: TierFolder,
  names: readonly string[],
  rejected: Set<string>,
  known?: DatedEntry,
): Promise<DatedEntry | undefined> {
  for (const name of names) {
    if (name === known?.name) return known
    const dated = datedIfGood(await readTierEntry(repository, folder, name))
    if (dated !== undefined) return dated
    rejected.add(name)
  }
  return undefined
}

function datedIfGood(entry: ReadTierEntry | undefined): DatedEntry | undefined {
  if (entry?.state !== 'good' || entry.takenAt === undefined) return undefined
  return { name: entry.name, takenAt: entry.takenAt }
}
