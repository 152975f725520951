import { freeBase } from '../../../../src/repository/bases/free-base'
import type { ChainObject, FilesArtifact, Manifest } from '../../../../src/repository/manifest/manifest'
import { serializeManifest } from '../../../../src/repository/manifest/manifest-codec'
import { type BaseName, baseSlot } from '../../../../src/repository/names/base-name'
import { baseKey } from '../../../../src/repository/names/keys'
import { parseRotation, slotName } from '../../../../src/repository/names/slot'
import { type FullEvery, planLevel } from '../../../../src/sources/files/levels/plan-level'
import { type MemoryStore, memoryStore } from '../../../memory/memory-store'
import { clockAt } from '../../clock-at'
import { aFilesArtifact, aManifest } from '../a-baseline'
import { json } from '../points'

const gzip = { compression: 'gzip' } as const
const hourMs = 3_600_000
const rotation = parseRotation('hour-of-week')

/** A bucket of which only the manifests and the bases are of interest. */
class Ring {
  nowMs = Date.UTC(2026, 0, 5, 0, 5)
  readonly store: MemoryStore = memoryStore({ now: () => new Date(this.nowMs) })
  readonly clock = clockAt(() => new Date(this.nowMs))
  readonly repository = { store: this.store, prefix: 'web1' }
  readonly slots = new Map<string, Manifest>()
  whole = 0
  /** Those that have been stale once: no clock makes them living again. */
  private readonly dead = new Set<Manifest>()
  private newest: Manifest | undefined
  /** Times at which a living slot was seen, and times at which one was dead. */
  readonly seen = { living: 0, dead: 0 }

  /** What a run does with names. `isLost`: the server has no snapshot any more. */
  async run(every: FullEvery, { isLost = false, isFailed = false } = {}): Promise<void> {
    const now = new Date(this.nowMs)
    const files = this.newest?.artifacts[0] as FilesArtifact | undefined
    const plan = await planLevel({
      ...{ every, now, timezone: 'UTC', paths: ['/var/www/html'], exclude: [], encoded: gzip, before: files },
      ...{ isReadable: true, hasSameReaders: true, isThere: async object => this.holds(object) },
    })
    let chain = isLost ? [] : [...(plan.chains[0] ?? [])]
    if (plan.base === 'always' || chain.length === 0) {
      const name = await freeBase(this.repository, every === 'week' && chain.length === 0 ? 'week' : 'day', this.clock)
      if (name !== undefined) chain.push(await this.base(name, chain.length, now))
      else chain = isLost ? [] : [...(plan.meanwhile[0] ?? [])]
    }
    if (isFailed) return
    if (chain.length === 0) this.whole++
    const slot = slotName(rotation, now, 'UTC')
    const startedAt = now.toISOString()
    const artifact: FilesArtifact = {
      ...{ ...aFilesArtifact(), key: `web1/${slot}.codebase.tar.gz`, exclude: [] },
      ...(chain.length === 0 ? {} : { chain }),
    }
    const manifest = aManifest({ slot, startedAt, finishedAt: startedAt, artifacts: [artifact] })
    await this.store.putText(`web1/${slot}.manifest.json`, serializeManifest(manifest), json)
    this.slots.set(slot, manifest)
    this.newest = manifest
  }

  async base(name: BaseName, level: number, now: Date): Promise<ChainObject> {
    const key = baseKey('web1', name, 'codebase', 'files', gzip)
    const takenAt = now.toISOString()
    const metadata = { 'make-a-backup-slot': baseSlot(name), 'make-a-backup-taken-at': takenAt }
    await this.store.putText(key, takenAt, { contentType: 'text/plain', metadata })
    const digest = 'a'.repeat(64)
    return { level, key, sha256: digest, bytes: 1, takenAt, etag: 'e', versionId: null, snapshot: digest }
  }

  holds({ key, takenAt }: ChainObject): boolean {
    return this.store.bytes(key)?.toString() === takenAt
  }

  /** Slots whose turn has not come again, an hour late at most, and that build on what is not there any more. */
  broken(): string[] {
    return [...this.slots.values()].flatMap(manifest => {
      if (this.nowMs - Date.parse(manifest.startedAt) > 7 * 24 * hourMs + hourMs) this.dead.add(manifest)
      if (this.dead.has(manifest)) {
        this.seen.dead++
        return []
      }
      this.seen.living++
      const isWhole = manifest.artifacts.every(({ chain = [] }) => chain.every(object => this.holds(object)))
      return isWhole ? [] : [manifest.slot]
    })
  }

  bases(): string[] {
    return this.store.keys().filter(key => key.startsWith('web1/base/'))
  }
}

/** The same numbers in every run. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/** Runs are six hours apart, or a multiple of that. */
const turnMs = 6 * hourMs
const days = 300

it.each(['week', 'day'] as const)(
  'never overwrites what a living slot builds on, with a whole archive once a %s: gaps, failures, lost notes, clocks that jump',
  async every => {
    const ring = new Ring()
    const roll = dice(every.length)
    for (let run = 0; run < (days * 24 * hourMs) / turnMs; run++) {
      ring.nowMs += roll() < 0.97 ? turnMs : Math.ceil(roll() * 60) * turnMs
      // Of one that was set back, now and then to before many archives were made.
      if (roll() < 0.01) ring.nowMs += Math.floor((roll() < 0.5 ? 30 * roll() : -5 * roll()) * 4) * turnMs
      ring.broken()
      const mode = roll() < 0.01 ? (every === 'week' ? 'day' : 'week') : every
      // For some weeks every other run needs a new name: only then they become scarce.
      const isScarce = run % 240 > 160
      await ring.run(mode, { isLost: roll() < (isScarce ? 0.5 : 0.01), isFailed: roll() < 0.02 })
      expect(ring.broken()).toEqual([])
    }
    expect(ring.bases().length).toBeLessThanOrEqual(16)
    // Else nothing was at stake.
    expect(Math.min(ring.seen.living, ring.seen.dead, ring.whole)).toBeGreaterThan(20)
  },
)

it('is content with two names a week and eight a day when every hour has its run', async () => {
  const ring = new Ring()
  for (let hour = 0; hour < 24 * 7 * 5; hour += 6) {
    await ring.run('week')
    expect(ring.broken()).toEqual([])
    ring.nowMs += 6 * hourMs
  }
  expect(ring.whole).toBe(0)
  expect(ring.bases().filter(key => /week/.test(key))).toHaveLength(2)
  expect(ring.bases().filter(key => /day/.test(key)).length).toBeGreaterThan(7)
})

it('takes names of days when both of weeks are in use, and none when all are, or when a manifest cannot be read', async () => {
  const ring = new Ring()
  for (let run = 0; run < 16; run++) {
    await ring.run('week', { isLost: true })
    ring.nowMs += hourMs
  }
  expect(ring.bases()).toHaveLength(16)
  expect(await freeBase(ring.repository, 'week', ring.clock)).toBeUndefined()
  await ring.run('week', { isLost: true })
  expect(ring.whole).toBe(1)
  ring.nowMs += 8 * 24 * hourMs
  expect(await freeBase(ring.repository, 'week', ring.clock)).toBe('week-0')
})

it('leaves alone what somebody else has put under a name', async () => {
  const ring = new Ring()
  await ring.store.putText('web1/base/week-0.codebase.tar.gz', 'mine', json)
  expect(await freeBase(ring.repository, 'week', ring.clock)).toBe('week-1')
})
