import { UserError } from '../runtime/errors'
import { plural } from '../runtime/format-count'
import { formatDuration } from '../runtime/format-duration'
import type { Warning } from '../runtime/runtime'
import type { Store } from '../store/store'
import { type CatalogEntry, readCatalog, takenAtOf } from './catalog'
import { listingPrefix, slotKeys, suspectFolder } from './keys'
import type { Manifest } from './manifest'
import { readSlot, type SlotState } from './slot-state'
import type { SnapshotChoice } from './snapshot-choice'
import { surveyPrefix } from './survey'

/** A recovery point that may be restored. */
export interface ChosenSnapshot {
  /** As `CatalogEntry.name`. */
  name: string
  /** The folder that its keys lie in, and its slot there. */
  prefix: string
  slot: string
  manifest: Manifest
  /** What a person should know of the choice: its age, that it is suspect. */
  warnings: Warning[]
}

const weekMs = 7 * 24 * 60 * 60 * 1000

/**
 * The recovery point that is asked for. Suspect ones are taken only by name, with a warning; unfinished, lost and unreadable ones never.
 * Throws UserError that says what is there instead, newest first, with ages.
 */
export async function chooseSnapshot(
  store: Store,
  prefix: string,
  choice: SnapshotChoice,
  now: Date,
): Promise<ChosenSnapshot> {
  const chosen =
    choice.kind === 'latest'
      ? await latest(store, prefix, now)
      : choice.kind === 'time'
        ? await atTime(store, prefix, choice.at, now)
        : await byName(store, prefix, choice.name, now)
  return { ...chosen, warnings: warningsFor(chosen, choice, now) }
}

type Found = Omit<ChosenSnapshot, 'warnings'>

/** In the normal case that costs a listing and one or two manifests. */
async function latest(store: Store, prefix: string, now: Date): Promise<Found> {
  const manifest = await (await surveyPrefix(store, prefix)).newestGood()
  if (manifest !== undefined) return { name: manifest.slot, prefix, slot: manifest.slot, manifest }
  const entries = await readCatalog(store, prefix)
  const good = entries.find(({ state }) => state === 'good')
  if (good === undefined) throw nothingThere(store, prefix, 'There is no good recovery point', entries, now)
  return load(store, good)
}

async function atTime(store: Store, prefix: string, at: Date, now: Date): Promise<Found> {
  const entries = await readCatalog(store, prefix)
  const good = entries.find(entry => {
    const takenAt = takenAtOf(entry)
    return entry.state === 'good' && takenAt !== undefined && takenAt.getTime() <= at.getTime()
  })
  if (good !== undefined) return load(store, good)
  const problem = `There is no good recovery point at or before ${at.toISOString()}`
  throw nothingThere(store, prefix, problem, entries, now)
}

async function byName(store: Store, prefix: string, name: string, now: Date): Promise<Found> {
  const isSuspect = name.startsWith(`${suspectFolder}/`)
  const slot = isSuspect ? name.slice(suspectFolder.length + 1) : name
  const place = isSuspect ? `${listingPrefix(prefix)}${suspectFolder}` : prefix
  const state = await readSlot(store, place, slot)
  if (state.kind === 'complete') return { name, prefix: place, slot, manifest: state.manifest }
  if (state.kind === 'empty') {
    const entries = await readCatalog(store, prefix)
    throw nothingThere(store, prefix, `There is no recovery point "${name}"`, entries, now, name)
  }
  throw notRestorable(name, slotKeys(place, slot).manifest, state)
}

/** The entry was read a moment ago; a backup may have replaced it since. */
async function load(store: Store, { name, prefix, slot }: CatalogEntry): Promise<Found> {
  const state = await readSlot(store, prefix, slot)
  if (state.kind === 'complete') return { name, prefix, slot, manifest: state.manifest }
  throw new UserError(`The recovery point ${name} is being replaced at this very moment.`, {
    advice: 'Wait until the backup that is running is done, then run again.',
  })
}

function notRestorable(name: string, key: string, state: SlotState): UserError {
  const advice = 'Choose another one: latest, an ISO time, or one that the action "list" shows as good.'
  switch (state.kind) {
    case 'intent':
      return new UserError(
        `The recovery point ${name} is unfinished: a run was interrupted while it was publishing it, and its objects may be of two different hours.`,
        { advice: `${advice} The next backup finishes or undoes it.` },
      )
    case 'lost':
      return new UserError(
        `The recovery point ${name} is unfinished and lost: a run was interrupted while it was publishing it, and it could be neither finished nor undone.`,
        { advice },
      )
    case 'denied':
      return new UserError(`The credentials may not read "${key}".`, {
        advice: 'Allow s3:GetObject to the credentials in use.',
      })
    case 'unreadable':
      return new UserError(`The recovery point ${name} cannot be restored: ${state.error.message}`, {
        advice: state.error.advice ?? advice,
        cause: state.error,
      })
    case 'empty':
    case 'complete':
      throw new TypeError(`The recovery point ${name} was taken for one that cannot be restored.`)
  }
}

const listedAtMost = 12

/** What is there instead, newest first: by name, with when it was taken and how long ago. */
function nothingThere(
  store: Store,
  prefix: string,
  problem: string,
  entries: readonly CatalogEntry[],
  now: Date,
  wanted?: string,
): UserError {
  const where = `under "${listingPrefix(prefix)}" in ${store.name}`
  const [first] = entries
  if (first === undefined) {
    return new UserError(`${problem} ${where}: nothing is there.`, {
      advice: 'Check the inputs "s3-bucket" and "s3-prefix": they must be those of the backup.',
    })
  }
  const lines = entries.map(entry => describe(entry, now))
  const similar = wanted === undefined ? [] : entries.filter(({ name }) => isSimilar(name, wanted))
  const meant = similar.slice(0, 5).map(entry => describe(entry, now))
  const shown = meant.length > 0 ? meant : lines.slice(0, listedAtMost)
  const more =
    meant.length > 0 || lines.length <= listedAtMost
      ? ''
      : `; ${lines.length - listedAtMost} more are in the log`
  return new UserError(`${problem} ${where}, among ${plural(entries.length, 'other')}.`, {
    advice: `${meant.length > 0 ? 'Perhaps you mean' : 'There are, newest first'}: ${shown.join('; ')}${more}.`,
    detail: lines,
  })
}

function describe(entry: CatalogEntry, now: Date): string {
  const takenAt = takenAtOf(entry)
  const when =
    takenAt === undefined
      ? 'cannot be read'
      : `taken ${takenAt.toISOString().slice(0, 19)}Z, ${formatDuration(now.getTime() - takenAt.getTime())} ago`
  return `${entry.name} (${entry.state === 'good' ? '' : `${entry.state}, `}${when})`
}

/** `monday-13-00`, `Monday`, `13-00` for `Monday-13-00`; `2026-11-20` for `daily/2026-11-20`. */
function isSimilar(name: string, wanted: string): boolean {
  const [one, other] = [name.toLowerCase(), wanted.toLowerCase()]
  return one === other || one.includes(other) || (one.length > 3 && other.includes(one))
}

function warningsFor({ name, manifest }: Found, choice: SnapshotChoice, now: Date): Warning[] {
  const takenAt = new Date(manifest.startedAt)
  const ageMs = now.getTime() - takenAt.getTime()
  const warnings: Warning[] = []
  if (manifest.verdict === 'suspect') {
    warnings.push({
      code: 'snapshot-suspect',
      message: `${name} is suspect: it was much smaller than the one before it, or lacked something that one had. It is taken because it was named.`,
    })
  }
  const isRing = !name.includes('/')
  if (isRing && choice.kind !== 'time' && ageMs > weekMs) {
    warnings.push({
      code: 'snapshot-stale',
      message: `${name} was last written ${formatDuration(ageMs)} ago, at ${manifest.startedAt}: more than a week. A slot that is skipped keeps what it held before.`,
    })
  }
  return warnings
}
