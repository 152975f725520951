import { type Finding, warning } from '../../findings/finding'
import { UserError } from '../../runtime/errors'
import type { WallClock } from '../../runtime/runtime'
import { formatDuration } from '../../runtime/text/format-duration'
import type { SlotState } from '../manifest/slot-state'
import { slotKeys, suspectFolder } from '../names/keys'
import { manualFolder } from '../names/manual-name'
import type { SnapshotChoice } from '../names/snapshot-choice'
import { type RecoveryPoint, type Repository, suspectsOf } from '../repository'
import { readSignature, readSignedSlot } from '../signatures/found-signature'
import type { FoundSignature } from '../signatures/ssh-signature'
import { objectionTo } from '../signatures/trust'
import { type CatalogPoint, readCatalog } from './catalog'
import { type Doubt, doubtAbout } from './doubts'
import { noSuchRecoveryPoint } from './no-such-recovery-point'
import { indexPrefix } from './prefix-index'
import { isStaleSlot, weekMs } from './stale-slot'
import { takenAt } from './taken-at'

/** A recovery point that may be restored. */
export interface ChosenRecoveryPoint extends RecoveryPoint {
  /** As `CatalogPoint.name`. */
  name: string
  slot: string
  /** See `takenAt`. */
  takenAt: Date
  /** Whose signature it has. */
  signature: FoundSignature
  /** Whether that was verified against those whose signatures count. */
  isAuthentic: boolean
  /** What to know about the choice: its age, that it is suspect, what was not readable and may be newer. */
  warnings: Finding[]
}

/**
 * The requested recovery point. Suspect ones only by name, with a warning; unfinished, lost and unreadable ones never,
 * nor one whose signature does not count where that is required.
 * Throws UserError that lists what is there instead.
 */
export async function chooseRecoveryPoint(
  repository: Repository,
  choice: SnapshotChoice,
  clock: Pick<WallClock, 'now'>,
): Promise<ChosenRecoveryPoint> {
  const search = { repository, clock }
  const { warnings = [], ...chosen } = await find(search, choice)
  const { trust } = repository
  const isAuthentic = trust !== undefined && objectionTo(chosen.signature, trust, 'manifest') === undefined
  const own = { ...chosen, takenAt: takenAt(chosen.manifest, chosen.storedAt) }
  return { ...own, isAuthentic, warnings: [...warnings, ...warningsFor(own, choice, clock.now())] }
}

interface Search {
  repository: Repository
  clock: Pick<WallClock, 'now'>
}

interface Found extends Omit<ChosenRecoveryPoint, 'warnings' | 'isAuthentic' | 'takenAt'> {
  /** When its manifest was stored. */
  storedAt: Date
  /** What was left out in the search. */
  warnings?: readonly Finding[]
}

function nowOf({ repository, clock }: Search): { repository: Repository; now: Date } {
  return { repository, now: clock.now() }
}

function find(search: Search, choice: SnapshotChoice): Promise<Found> {
  switch (choice.kind) {
    case 'latest':
      return latest(search)
    case 'time':
      return atTime(search, choice.at)
    case 'name':
      return byName(search, choice.name)
  }
}

/** Of the ring, and of those that were named. In the normal case that costs two listings and one or two manifests. */
async function latest(search: Search): Promise<Found> {
  const { repository } = search
  const index = await indexPrefix(repository, ['', manualFolder])
  const newest = await index.newest()
  const { warnings } = index
  if (newest !== undefined) {
    const { manifest, text, storedAt } = newest
    const { slot } = manifest
    const { manifest: key } = slotKeys(repository.prefix, slot)
    const signature = newest.signature ?? (await readSignature(repository, key, text))
    return { name: slot, repository, slot, manifest, signature, storedAt, warnings }
  }
  const entries = await readCatalog(repository)
  const good = entries.find(({ state }) => state === 'good')
  if (good !== undefined) return { ...(await load(good)), warnings }
  throw noSuchRecoveryPoint({ ...nowOf(search), entries, problem: 'There is no good recovery point' })
}

async function atTime(search: Search, at: Date): Promise<Found> {
  const entries = await readCatalog(search.repository)
  // Lists show times to the second.
  const unitMs = at.getTime() % 1000 === 0 ? 1000 : 1
  const wanted = Math.floor(at.getTime() / unitMs)
  const unitOf = (time = new Date(Number.NaN)) => Math.floor(time.getTime() / unitMs)
  const good = entries.find(entry => entry.state === 'good' && unitOf(entry.facts?.takenAt) <= wanted)
  if (good === undefined || unitOf(good.facts?.takenAt) < wanted) {
    const copied = entries.find(each => each.doubt?.kind === 'stored-again' && unitOf(each.facts?.takenAt) === wanted)
    if (copied !== undefined) return { ...(await load(copied)), warnings: [storedAgain(copied)] }
  }
  if (good !== undefined) return load(good)
  const problem = `There is no good recovery point at or before ${at.toISOString()}`
  throw noSuchRecoveryPoint({ ...nowOf(search), entries, problem })
}

function storedAgain({ name, storedAt }: CatalogPoint): Finding {
  return warning(
    'snapshot-stored-again',
    `${name} was stored again at ${storedAt.toISOString()}: copied from elsewhere, or replayed. It is taken because its very time was named, and its signature counts.`,
  )
}

async function byName(search: Search, name: string): Promise<Found> {
  const isSuspect = name.startsWith(`${suspectFolder}/`)
  const slot = isSuspect ? name.slice(suspectFolder.length + 1) : name
  const repository = isSuspect ? suspectsOf(search.repository) : search.repository
  const state = await readSignedSlot(repository, slot)
  if (state.kind === 'complete') {
    const { manifest, signature = { kind: 'absent' } } = state
    const stored = await repository.store.head(slotKeys(repository.prefix, slot).manifest)
    const storedAt = stored?.lastModified ?? new Date(manifest.finishedAt)
    const found = { name, repository, slot, manifest, signature, storedAt }
    const doubt = await doubtAbout(found)
    if (doubt === undefined) return found
    if (repository.trust !== undefined) throw doubtful(found, doubt)
    return {
      ...found,
      warnings: [warning('recovery-point-future', `${name} is taken because it was named. ${doubt.what}`)],
    }
  }
  if (state.kind !== 'empty') throw notRestorable(name, slotKeys(repository.prefix, slot).manifest, state)
  const entries = await readCatalog(search.repository)
  throw noSuchRecoveryPoint({
    ...{ ...nowOf(search), entries, wanted: name },
    problem: `There is no recovery point "${name}"`,
  })
}

/** Where signatures are required, what cannot be believed is not restored by its name either. */
function doubtful({ name }: Found, doubt: Doubt): UserError {
  return new UserError(`The recovery point ${name} is not to be trusted. ${doubt.what}`, {
    advice:
      doubt.kind === 'signature'
        ? 'Choose another one: latest, an ISO time, or one that the action "list" shows as good. If the key that signed it is yours, add it to "signed-by".'
        : 'Choose another one: latest, an ISO time, or one that the action "list" shows as good.',
  })
}

/** The entry was read a moment ago; a backup may have replaced it since. */
async function load({ name, repository, slot, storedAt, facts }: CatalogPoint): Promise<Found> {
  const state = await readSignedSlot(repository, slot)
  if (state.kind === 'complete' && takenAt(state.manifest, storedAt).getTime() === facts?.takenAt.getTime()) {
    const { manifest, signature = { kind: 'absent' } } = state
    const { trust } = repository
    const isAsBefore = trust === undefined || objectionTo(signature, trust, 'manifest') === undefined
    if (isAsBefore) return { name, repository, slot, manifest, signature, storedAt }
  }
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
        { advice: `${advice} The next backup finishes it or rolls it back.` },
      )
    case 'lost':
      return new UserError(
        `The recovery point ${name} is unfinished and lost: a run was interrupted while it was publishing it, and it could be neither finished nor rolled back.`,
        { advice },
      )
    case 'denied':
      return new UserError(`The credentials may not read "${key}".`, {
        advice:
          'Allow s3:GetObject on it to the credentials in use, and s3:ListBucket on the bucket: without that one an object that is missing is denied too.',
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

function warningsFor(
  { name, slot, takenAt, manifest }: Pick<ChosenRecoveryPoint, 'name' | 'slot' | 'takenAt' | 'manifest'>,
  choice: SnapshotChoice,
  now: Date,
): Finding[] {
  const ageMs = now.getTime() - takenAt.getTime()
  const warnings: Finding[] = []
  if (manifest.verdict === 'suspect') {
    warnings.push(
      warning(
        'snapshot-suspect',
        `${name} is suspect: it was much smaller than the one before it, or lacked something that one had. It is taken because it was named.`,
      ),
    )
  }
  const isStale =
    (choice.kind === 'latest' && ageMs > weekMs) ||
    (choice.kind === 'name' && isStaleSlot({ slot, takenAt, timezone: manifest.timezone }, now))
  if (isStale) {
    const reason =
      choice.kind === 'latest'
        ? 'It is the newest good one: no backup has succeeded since.'
        : 'A slot whose turn is skipped keeps what it held before.'
    warnings.push(
      warning(
        'snapshot-stale',
        `${name} was last written ${formatDuration(ageMs)} ago, at ${takenAt.toISOString()}. ${reason}`,
      ),
    )
  }
  return warnings
}
