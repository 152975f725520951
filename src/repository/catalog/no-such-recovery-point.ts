import { listed } from '../../findings/listed'
import { UserError } from '../../runtime/errors'
import { formatCount, plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { listingPrefix } from '../names/keys'
import type { Repository } from '../repository'
import type { CatalogPoint } from './catalog'

/** A search that found nothing. */
export interface NoSuchSnapshot {
  repository: Repository
  /** What there is not: a sentence without its end. */
  problem: string
  /** What there is, newest first. */
  entries: readonly CatalogPoint[]
  now: Date
  /** The requested name, if it was a name. */
  wanted?: string
}

/** The error that lists what is there, newest first, with ages: similar names, else the newest; all in its detail. */
export function noSuchRecoveryPoint({ repository, problem, entries, now, wanted }: NoSuchSnapshot): UserError {
  const { store, prefix } = repository
  const where = `under "${listingPrefix(prefix)}" in ${store.name}`
  if (entries.length === 0) {
    return new UserError(`${problem} ${where}: nothing is there.`, {
      advice: 'Check the inputs "s3-bucket" and "s3-prefix": they must be those of the backup.',
    })
  }
  const lines = entries.map(entry => describe(entry, now))
  const similar = entries.filter(({ name }) => wanted !== undefined && isSimilar(name, wanted))
  const [lead, meant] =
    similar.length > 0
      ? ['Perhaps you mean', similar.map(entry => describe(entry, now))]
      : ['There are, newest first', lines]
  const advice = [`${lead}: ${listed(meant, 10)}.`, dayAdvice(wanted), doubtAdvice(entries), deniedAdvice(entries)]
  return new UserError(`${problem} ${where}; ${plural(entries.length, 'other is', 'others are')} there.`, {
    advice: advice.filter(text => text !== '').join(' '),
    detail: lines,
  })
}

function describe(entry: CatalogPoint, now: Date): string {
  const takenAt = entry.facts?.takenAt
  const state = entry.state === 'good' ? '' : `${entry.state}, `
  if (takenAt === undefined) return `${entry.name} (${state}of unknown age)`
  const age = formatDuration(now.getTime() - takenAt.getTime())
  return `${entry.name} (${state}taken ${takenAt.toISOString().slice(0, 19)}Z, ${age} ago)`
}

/**
 * Whether this name may be meant: the words of one are, in their order, beginnings of words of the other. `monday 13`,
 * `Mon-13-00`, `13-00` for `Monday-13-00`; `2026-11-20` for `daily/2026-11-20`; or vice versa.
 */
function isSimilar(name: string, wanted: string): boolean {
  const [one, other] = [wordsOf(name), wordsOf(wanted)]
  return isWithin(one, other) || isWithin(other, one)
}

function isWithin(words: readonly string[], few: readonly string[]): boolean {
  return words.some((_, from) => few.length > 0 && few.every((word, at) => words[from + at]?.startsWith(word)))
}

function wordsOf(name: string): string[] {
  return name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '')
}

function dayAdvice(wanted: string | undefined): string {
  if (wanted === undefined || !/^\d{4}-\d\d-\d\d$/.test(wanted)) return ''
  return `For the newest one of that day write a time: ${wanted}T23:59:59Z.`
}

/** The reason of the newest that is not to be trusted; a bucket that was moved has no other. */
function doubtAdvice(entries: readonly CatalogPoint[]): string {
  const newest = entries.find(({ doubt }) => doubt !== undefined)
  return newest?.doubt === undefined ? '' : `Of ${newest.name}: ${newest.doubt.what}`
}

function deniedAdvice(entries: readonly CatalogPoint[]): string {
  const denied = entries.filter(({ state }) => state === 'denied').length
  if (denied === 0) return ''
  return `The credentials may not read ${formatCount(denied)} of their manifests: allow s3:GetObject on every key under the prefix.`
}
