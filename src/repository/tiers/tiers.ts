import { type Finding, warning } from '../../findings/finding'
import { doClocksDiffer } from '../../runtime/clock'
import { FailureError, messageOf } from '../../runtime/errors'
import type { Log, WallClock } from '../../runtime/runtime'
import { isDenied, StoreError } from '../../store/store-error'
import { objectsOf } from '../artifact/objects'
import type { Manifest } from '../manifest/manifest'
import { type Tier, type TierKeep, tierEntryNames, tiers } from '../names/tier-name'
import type { Repository } from '../repository'
import { makeTierEntry, removeTierEntry } from './tier-entry'
import { listTier, type ReadTierEntry, readTierEntries, type TierFolder } from './tier-folder'
import { removeTierLeftovers } from './tier-leftovers'
import { planTiers } from './tier-plan'

export interface KeepTiersOptions {
  /** The complete and good recovery point that this run has just committed: its copies are signed anew. */
  manifest: Manifest
  keep: TierKeep
  clock: WallClock
  log?: Pick<Log, 'info'>
}

/** What changed in the tiers. `made` and `removed` are names of entries: `daily/2026-11-23`. */
export interface KeptTiers {
  made: string[]
  removed: string[]
  warnings: Finding[]
}

/**
 * Keeps the longer tiers next to the ring, as `planTiers` says: makes the entries that this recovery point is the first
 * of, by copies within the store, and then, if every one of them succeeded, removes the entries that are too old, and
 * what dead runs left; nothing while the clocks of this machine and the store differ. The caller holds the lock of the prefix from the commit until this is over.
 *
 * The recovery point itself is good already, so no fault of a store is thrown: an entry that could not be made is a
 * warning `tier-not-made`, and the next run tries again; one that could not be removed is a warning `tier-entry-kept`.
 * A run may die at any moment: an entry has no manifest then, or is whole.
 */
export async function keepTiers(repository: Repository, options: KeepTiersOptions): Promise<KeptTiers> {
  const { manifest, keep, clock } = options
  if (manifest.state !== 'complete' || manifest.verdict !== 'good')
    throw new RangeError(`Tiers are kept from good recovery points, and that of ${manifest.slot} is not one.`)
  const kept: KeptTiers = { made: [], removed: [], warnings: [] }
  const [takenAt, timezone] = [new Date(manifest.startedAt), manifest.timezone]
  const names = tierEntryNames(takenAt, timezone)
  const wanted = tiers.filter(tier => keep[tier] > 0)
  const read = await Promise.all(wanted.map(tier => readTier(repository, tier, { current: names[tier], keep, kept })))
  const known = read.filter(tier => tier !== undefined)
  const existing = known.flatMap(({ entries }) => entries)
  const plan = planTiers({ takenAt, timezone, keep: onlyOf(keep, known), existing })

  for (const entry of plan.blocked) kept.warnings.push(leftAlone(entry))
  const named = new Map(existing.filter(isGood).map(({ name, keys }) => [name, keys]))
  for (const { name } of plan.copies) await makeEntry(repository, options, name, known, { kept, named })
  if (known.length < wanted.length || kept.made.length < plan.copies.length) return kept

  // A clock that is wrong has already taken one month for another.
  if (doClocksDiffer(clock)) return kept
  await removeEntries(repository, options, plan.removals, kept)
  for (const { folder } of known) kept.warnings.push(...(await removeTierLeftovers(repository.store, folder, named)))
  return kept
}

/** What is known of a tier. Entries that cannot matter this time are not read. */
interface KnownTier {
  folder: TierFolder
  entries: ReadTierEntry[]
}

/** `current` names the entry of this period. Undefined when the store gave no answer. */
async function readTier(
  repository: Repository,
  tier: Tier,
  { current, keep, kept }: { current: string; keep: TierKeep; kept: KeptTiers },
): Promise<KnownTier | undefined> {
  try {
    const folder = await listTier(repository, tier)
    // Most runs make nothing and remove nothing: then the other manifests need not be read.
    const isFull = new Set([...folder.names, current]).size > keep[tier]
    const names = isFull ? folder.names : folder.names.filter(name => name === current)
    return { folder, entries: await readTierEntries(repository, folder, names) }
  } catch (error) {
    kept.warnings.push(notMade(current, error))
    return undefined
  }
}

/** The other tiers are left alone, as if they were switched off. */
function onlyOf(keep: TierKeep, known: readonly KnownTier[]): TierKeep {
  const of = (tier: Tier) => (known.some(({ folder }) => folder.tier === tier) ? keep[tier] : 0)
  return { daily: of('daily'), weekly: of('weekly'), monthly: of('monthly'), yearly: of('yearly') }
}

function isGood({ state }: ReadTierEntry): boolean {
  return state === 'good'
}

/** `named`: the data objects of each good entry. */
async function makeEntry(
  repository: Repository,
  { manifest, clock, log }: KeepTiersOptions,
  name: string,
  known: readonly KnownTier[],
  { kept, named }: { kept: KeptTiers; named: Map<string, readonly string[]> },
): Promise<void> {
  const inTheWay = known
    .flatMap(({ folder }) => folder.objects)
    .filter(({ parsed }) => parsed.slot === name && parsed.what !== 'artifact')
    .map(({ key }) => key)
  try {
    const made = await makeTierEntry(repository, manifest, name, { inTheWay, clock })
    named.set(
      name,
      objectsOf(made).map(({ key }) => key),
    )
  } catch (error) {
    kept.warnings.push(notMade(name, error))
    return
  }
  kept.made.push(name)
  log?.info(`Made ${name} from ${manifest.slot}.`)
}

async function removeEntries(
  repository: Repository,
  { log }: KeepTiersOptions,
  entries: readonly ReadTierEntry[],
  kept: KeptTiers,
): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    try {
      kept.warnings.push(...(await removeTierEntry(repository, entry)))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      const isFinal = isDenied(error)
      const names = (isFinal ? entries.slice(index) : [entry]).map(({ name }) => name).join(', ')
      const message = `Not removed, though newer ones are kept: ${names}. ${said(error)}`
      kept.warnings.push(warning('tier-entry-kept', message))
      if (isFinal) return
      continue
    }
    kept.removed.push(entry.name)
    log?.info(`Removed ${entry.name}: newer ones are kept.`)
  }
}

function leftAlone({ name, state }: ReadTierEntry): Finding {
  const reason = state === 'suspect' ? 'a suspect recovery point is there' : 'its manifest is not ours'
  return warning('tier-not-made', `${name} was not made: ${reason}, and was left alone.`)
}

function notMade(name: string, error: unknown): Finding {
  if (!(error instanceof FailureError)) throw error
  const message = `${name} was not made: ${said(error)} The recovery point itself is good; the next run tries again.`
  return warning('tier-not-made', message)
}

function said(error: FailureError): string {
  return [messageOf(error), error.advice].filter(text => text !== undefined).join(' ')
}
