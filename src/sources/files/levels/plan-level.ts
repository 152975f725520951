import { type Encoded, splitSuffix, suffixOf } from '../../../pipeline/codec'
import type { ChainObject, FilesArtifact } from '../../../repository/manifest/manifest'
import { calendarFields } from '../../../repository/names/slot'
import { tierEntryNames } from '../../../repository/names/tier-name'
import { formatCount, plural } from '../../../runtime/text/format-count'

/** How often everything is sent: with each run, or once a day or week, and only what changed in between. */
export const fullEvery = ['run', 'day', 'week'] as const
export type FullEvery = (typeof fullEvery)[number]

/** What decides what an archive may build on. */
export interface LevelFacts {
  every: FullEvery
  now: Date
  timezone: string
  paths: readonly string[]
  exclude: readonly string[]
  encoded: Encoded
  /** Whoever can open what is stored now can open what it would stand on. */
  hasSameReaders: boolean
  /** The files of the last good recovery point. Undefined: there is none. */
  before: FilesArtifact | undefined
  /** False: the bucket cannot be read. */
  isReadable: boolean
  /** Which objects of its chain are in the bucket as they were. */
  isThere: (object: ChainObject) => Promise<boolean>
}

/** What the archive of a run is to be. */
export interface LevelPlan {
  /** Chains that it may build on, the best first. */
  chains: readonly (readonly ChainObject[])[]
  /**
   * Whether it is to be one that others build on. `always`: a new day or week has begun; `if-whole`: when it can build on
   * none of `chains`; `never`: then it is a whole archive of its own.
   */
  base: 'always' | 'if-whole' | 'never'
  /** Where a new base can have no name now: chains to build on until one is free. */
  meanwhile: readonly (readonly ChainObject[])[]
  /** Why it is not simply what changed since the last base. Undefined: it is. */
  reason?: string
}

/** What an archive has by itself, whatever is there. */
const whole: LevelPlan = { chains: [], base: 'never', meanwhile: [] }

/** More names than this take more memory to put together than a run may use. */
const entriesMax = 2_500_000

/**
 * What a run sends. The bucket decides: only what the last good recovery point builds on counts. A base of another week or
 * day is replaced by a new one; so is one that is gone, or has other folders or exclusions.
 */
export async function planLevel(facts: LevelFacts): Promise<LevelPlan> {
  const { every, before, isReadable } = facts
  if (every === 'run') return whole
  if (!isReadable) return { ...whole, reason: 'the credentials may not read the bucket, which says what is there' }
  const first = (reason: string): LevelPlan => ({ chains: [], base: 'always', meanwhile: [], reason })
  if (before === undefined) return first('there is no good recovery point yet')
  const { files, directories, links } = before.content
  const entries = files + directories + links
  if (entries > entriesMax)
    return {
      ...whole,
      reason: `there are ${plural(entries, 'entry', 'entries')}, more than ${formatCount(entriesMax)}`,
    }
  const [base, day] = before.chain ?? []
  if (base === undefined) return first('the last good recovery point builds on none')
  if (!isSame(before.paths, facts.paths)) return first('"paths" has changed')
  if (!isSame(before.exclude ?? [], facts.exclude)) return first('"exclude" has changed')
  if (!isEncodedAs(base, facts.encoded)) return first('"compression" or "encrypt-to" has changed')
  if (!facts.hasSameReaders) return first('"encrypt-to" has changed')
  if (!(await facts.isThere(base))) return first(`"${base.key}" is not in the bucket any more`)
  const isDayThere = day !== undefined && (await facts.isThere(day))
  return planFrom([base], isDayThere ? day : undefined, facts)
}

function planFrom(whole: readonly [ChainObject], day: ChainObject | undefined, facts: LevelFacts): LevelPlan {
  const [base] = whole
  const { every, timezone, now } = facts
  const isOf = (period: 'daily' | 'weekly', { takenAt }: ChainObject) =>
    tierEntryNames(new Date(takenAt), timezone)[period] === tierEntryNames(now, timezone)[period]
  const weekly = (at: Date) => tierEntryNames(at, timezone).weekly.slice('weekly/'.length)
  const known = day === undefined ? [whole] : [[base, day], whole]
  if (every === 'day') {
    return isOf('daily', base)
      ? { chains: [whole], base: 'if-whole', meanwhile: [] }
      : { chains: [], base: 'always', meanwhile: [whole], reason: `a new day has begun: ${dateOf(facts)}` }
  }
  if (!isOf('weekly', base))
    return { chains: [], base: 'always', meanwhile: known, reason: `a new week has begun: ${weekly(now)}` }
  if (isOf('daily', day ?? base)) return { chains: known, base: 'if-whole', meanwhile: [] }
  return { chains: [whole], base: 'always', meanwhile: known, reason: `a new day has begun: ${dateOf(facts)}` }
}

/** What is put together is decoded the same way. */
function isEncodedAs({ key }: ChainObject, encoded: Encoded): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1)
  return suffixOf(splitSuffix(name).encoded) === suffixOf(encoded)
}

function dateOf({ now, timezone }: LevelFacts): string {
  return calendarFields(now, timezone).date
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index])
}
