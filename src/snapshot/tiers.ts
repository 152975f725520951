import { FailureError, messageOf } from '../runtime/errors'
import type { Log, Warning } from '../runtime/runtime'
import type { Store } from '../store/store'
import { isDenied, StoreError } from '../store/store-error'
import type { Manifest } from './manifest'
import { makeTierEntry, removeTierEntry } from './tier-entry'
import { listTier, type ReadTierEntry, readTierEntries, type TierFolder } from './tier-folder'
import { removeTierLeftovers } from './tier-leftovers'
import { type Tier, type TierKeep, tierEntryName, tiers } from './tier-name'
import { planTiers, type TierPlan } from './tier-plan'

export interface KeepTiersOptions {
  store: Store
  prefix: string
  /** The complete and good recovery point that was just committed. */
  manifest: Manifest
  keep: TierKeep
  log?: Pick<Log, 'info'>
}

/** What changed in the tiers. `made` and `removed` are names of entries: `daily/2026-11-23`. */
export interface KeptTiers {
  made: string[]
  removed: string[]
  warnings: Warning[]
}

/**
 * Keeps the longer tiers beside the ring (`planTiers` says what that means): makes the entries that this recovery point is the
 * first of, by copies within the store, and then, if every one of them succeeded, removes the entries that are too old, and what
 * dead runs left. The lock of the prefix must be held, from the commit until this is over.
 *
 * The recovery point itself is good already, so no fault of a store is thrown: an entry that could not be made is a warning
 * `tier-not-made`, and the next run tries again; one that could not be removed is a warning `tier-entry-kept`. A run may
 * die at any moment: an entry has no manifest then, or is whole.
 */
export async function keepTiers(options: KeepTiersOptions): Promise<KeptTiers> {
  const { store, manifest, keep } = options
  if (manifest.state !== 'complete' || manifest.verdict !== 'good')
    throw new RangeError(`Tiers are kept from good recovery points, and that of ${manifest.slot} is not one.`)
  const kept: KeptTiers = { made: [], removed: [], warnings: [] }
  const wanted = tiers.filter(tier => keep[tier] > 0)
  const looks = await Promise.all(wanted.map(tier => lookAt(options, tier, kept)))

  let isAllMade = true
  for (const look of looks) {
    if (look === undefined || !(await makeEntries(options, look, kept))) isAllMade = false
  }
  if (!isAllMade) return kept

  for (const look of looks) {
    if (look === undefined) continue
    await removeEntries(options, look.plan.removals, kept)
    kept.warnings.push(...(await removeTierLeftovers(store, look.folder, look.named)))
  }
  return kept
}

/** What is known of a tier and what is to be done there. `named`: the data objects of each good entry that was read. */
interface Look {
  folder: TierFolder
  plan: TierPlan<ReadTierEntry>
  named: Map<string, readonly string[]>
}

/** Undefined when the store gave no answer. */
async function lookAt(options: KeepTiersOptions, tier: Tier, kept: KeptTiers): Promise<Look | undefined> {
  const { store, prefix, manifest, keep } = options
  const [takenAt, timezone] = [new Date(manifest.startedAt), manifest.timezone]
  const current = tierEntryName(tier, takenAt, timezone)
  try {
    const folder = await listTier(store, prefix, tier)
    // Most runs make nothing and remove nothing: then the other manifests need not be read.
    const isFull = new Set([...folder.names, current]).size > keep[tier]
    const names = isFull ? folder.names : folder.names.filter(name => name === current)
    const existing = await readTierEntries(store, prefix, folder, names)
    const plan = planTiers({ takenAt, timezone, keep: { ...none, [tier]: keep[tier] }, existing })
    const good = existing.filter(({ state }) => state === 'good')
    return { folder, plan, named: new Map(good.map(({ name, keys }) => [name, keys])) }
  } catch (error) {
    kept.warnings.push(notMade(current, error))
    return undefined
  }
}

const none: TierKeep = { daily: 0, weekly: 0, monthly: 0, yearly: 0 }

/** False when a copy failed. An entry that is not to be touched is only told. */
async function makeEntries(
  { store, prefix, manifest, log }: KeepTiersOptions,
  { folder, plan, named }: Look,
  kept: KeptTiers,
): Promise<boolean> {
  for (const { name, state } of plan.blocked) {
    const reason = state === 'suspect' ? 'a suspect recovery point lies there' : 'its manifest is not ours'
    const message = `${name} was not made: ${reason}, and was left alone.`
    kept.warnings.push({ code: 'tier-not-made', message })
  }
  for (const { name } of plan.copies) {
    const inTheWay = folder.objects.filter(
      ({ parsed }) => parsed.slot === name && (parsed.what === 'manifest' || parsed.what === 'proof'),
    )
    try {
      const keys = inTheWay.map(({ key }) => key)
      const { artifacts } = await makeTierEntry(store, prefix, manifest, name, keys)
      named.set(
        name,
        artifacts.map(({ key }) => key),
      )
    } catch (error) {
      kept.warnings.push(notMade(name, error))
      return false
    }
    kept.made.push(name)
    log?.info(`Made ${name} from ${manifest.slot}.`)
  }
  return true
}

async function removeEntries(
  { store, prefix, log }: KeepTiersOptions,
  entries: readonly ReadTierEntry[],
  kept: KeptTiers,
): Promise<void> {
  for (const [index, entry] of entries.entries()) {
    try {
      kept.warnings.push(...(await removeTierEntry(store, prefix, entry)))
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      const isFinal = isDenied(error)
      const names = (isFinal ? entries.slice(index) : [entry]).map(({ name }) => name).join(', ')
      const message = `Not removed, though newer ones are kept: ${names}. ${said(error)}`
      kept.warnings.push({ code: 'tier-entry-kept', message })
      if (isFinal) return
      continue
    }
    kept.removed.push(entry.name)
    log?.info(`Removed ${entry.name}: newer ones are kept.`)
  }
}

function notMade(name: string, error: unknown): Warning {
  if (!(error instanceof FailureError)) throw error
  const message = `${name} was not made: ${said(error)} The recovery point itself is good; the next run tries again.`
  return { code: 'tier-not-made', message }
}

function said(error: FailureError): string {
  return [messageOf(error), error.advice].filter(text => text !== undefined).join(' ')
}
