import type { Finding } from '../../../../src/findings/finding'
import { indexPrefix } from '../../../../src/repository/catalog/prefix-index'
import { abortLeftovers } from '../../../../src/repository/commit/leftovers'
import { recoverSlot } from '../../../../src/repository/commit/recover'
import { parseRotation, slotName } from '../../../../src/repository/names/slot'
import { type TierKeep, tierEntryNames, tiers } from '../../../../src/repository/names/tier-name'
import { FailureError } from '../../../../src/runtime/errors'
import { StoreError } from '../../../../src/store/store-error'
import type { Content } from '../ring'
import { rows, TierWorld } from './tier-world'

const hourMs = 3_600_000
const timezone = 'Europe/Berlin'
const ring = parseRotation('hour-of-week')

/** What the hour brings: a good run, one that is killed, one against a failing store, or none. */
type Weather = 'good' | 'kill' | 'faults' | 'gap'

/** The same numbers from 0 to 1 in every run. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A year of the action, or a week, hour by hour, as far as the store sees it. */
class Simulation {
  readonly world = new TierWorld()
  /** Starts of the recovery points that were published. */
  readonly published = new Set<string>()
  /** Of those, the ones of runs in which nothing went wrong. */
  readonly good = new Set<string>()
  /** Entries that were there once. */
  readonly seen = new Set<string>()
  /** What runs had to warn of in which nothing went wrong. */
  readonly complaints: Finding[] = []
  /** Slots in which a run ended well. */
  readonly filled = new Set<string>()
  readonly counts = { good: 0, kill: 0, faults: 0, gap: 0 }
  readonly #keep: TierKeep
  readonly #chance: () => number
  /** After a good run there is nothing to recover. */
  #mayBeUnfinished = false

  constructor(keep: TierKeep, seed: number) {
    this.#keep = keep
    this.#chance = chance(seed)
  }

  async live(from: string, hours: number, every = 1): Promise<void> {
    const start = Date.parse(from)
    let gapUntil = 0
    for (let hour = 0; hour < hours; hour += every) {
      this.world.goTo(new Date(start + hour * hourMs).toISOString())
      if (this.#chance() < 0.003) gapUntil = hour + Math.floor(this.#chance() * 60)
      await this.run(hour < gapUntil ? 'gap' : this.#weather())
      if (hour % 720 === 0) this.expectTruth()
    }
  }

  #weather(): Weather {
    const drawn = this.#chance()
    return drawn < 0.08 ? 'kill' : drawn < 0.14 ? 'faults' : drawn < 0.17 ? 'gap' : 'good'
  }

  async run(weather: Weather): Promise<void> {
    this.counts[weather]++
    if (weather === 'gap') return
    const { world } = this
    if (weather !== 'good') this.#mayBeUnfinished = true
    if (weather === 'kill') world.dieAt(1 + Math.floor(this.#chance() * 70), this.#chance() < 0.5 ? 'before' : 'after')
    if (weather === 'faults') this.#breakStore()
    try {
      await this.#backup(weather)
    } catch (error) {
      if (!world.hasDied && !(weather === 'faults' && error instanceof FailureError)) throw error
    } finally {
      world.revive()
      world.hasDied = false
      world.onOperation = () => {}
      if (weather !== 'good') for (const name of world.entries()) this.seen.add(name)
    }
  }

  /** The steps of a run in the order of the action. */
  async #backup(weather: Weather): Promise<void> {
    const { world } = this
    const startedAt = world.clock.now()
    const slot = slotName(ring, startedAt, timezone)
    if (this.#mayBeUnfinished) await this.#recoverAll(slot)
    await this.#recover(slot)
    const manifest = await world.take(this.#contents(startedAt), slot, { timezone })
    this.published.add(manifest.startedAt)
    const { made, warnings } = await world.keep(manifest, this.#keep)
    for (const name of made) this.seen.add(name)
    if (weather !== 'good') return
    this.complaints.push(...warnings)
    this.filled.add(slot)
    this.good.add(manifest.startedAt)
    this.#mayBeUnfinished = false
  }

  async #recoverAll(slotBeingWritten: string): Promise<void> {
    const index = await indexPrefix(this.world.repository)
    for (const slot of await index.unfinished()) await this.#recover(slot)
    await abortLeftovers(this.world.repository, slotBeingWritten, this.world.clock)
  }

  async #recover(slot: string): Promise<void> {
    await recoverSlot(this.world.repository, slot, this.world.clock)
  }

  /** Mostly the same two artifacts; sometimes another compression, or one more database. */
  #contents(at: Date): Content[] {
    const contents = rows(at.toISOString())
    const drawn = this.#chance()
    if (drawn < 0.02) return contents.map(content => ({ ...content, compression: 'zstd' }))
    return drawn < 0.04 ? [...contents, { name: 'more.database', parts: ['more rows'] }] : contents
  }

  #breakStore(): void {
    const isOften = this.#chance() < 0.3
    this.world.onOperation = () => {
      if (this.#chance() < (isOften ? 0.2 : 0.02))
        throw new StoreError('Could not.', { code: 'InternalError', status: 500 })
    }
  }

  /** Every complete manifest is true, and every entry is a recovery point of its own period. */
  expectTruth(): void {
    expect(this.world.lies()).toEqual([])
    for (const name of this.world.entries()) {
      const { state, verdict, startedAt, artifacts } = this.world.manifest(name)
      expect([state, verdict]).toEqual(['complete', 'good'])
      expect(this.published.has(startedAt)).toBe(true)
      expect(Object.values(tierEntryNames(new Date(startedAt), timezone))).toContain(name)
      const rowsOfIt = artifacts.find(artifact => artifact.name === 'database')
      expect(this.world.text(String(rowsOfIt?.key))).toContain(startedAt.slice(0, '2026-11-23T13:05'.length))
    }
  }

  /** After a last good run: each tier holds the newest of all that it ever held, and nothing else lies there. */
  expectTiers(): void {
    this.expectTruth()
    expect(this.complaints).toEqual([])
    expect(this.#owed().filter(name => !this.seen.has(name))).toEqual([])
    for (const tier of tiers) {
      const ever = [...this.seen].filter(name => name.startsWith(`${tier}/`)).sort()
      expect(this.world.entries(tier)).toEqual(ever.slice(-this.#keep[tier]))
      expect(this.world.entries(tier).length).toBe(Math.min(this.#keep[tier], ever.length))
    }
    expect(this.world.strays()).toEqual([])
  }

  /** Entries of periods with a run in which nothing went wrong. */
  #owed(): string[] {
    // From 0 to 21 o'clock UTC it is the same day in Berlin.
    const hours = new Map([...this.good].map(start => [start.replace(/T([01]|20|21).*/, ''), start]))
    return [...hours.values()].flatMap(start => Object.values(tierEntryNames(new Date(start), timezone)))
  }

  /** Every slot of the ring that ever was good is good; the others are absent. */
  async expectRing(): Promise<void> {
    const index = await indexPrefix(this.world.repository)
    const slots = index.manifests.map(({ slot }) => slot)
    expect([...this.filled].filter(slot => !slots.includes(slot))).toEqual([])
    for (const slot of slots) expect([slot, this.world.manifest(slot).state]).toEqual([slot, 'complete'])
  }
}

describe('an action that runs every hour, with failures at random operations', () => {
  const keep = { daily: 7, weekly: 4, monthly: 12, yearly: 3 }

  it.each([1, 2, 3, 4, 5])('has every slot and tier good or honestly absent after 168 hours (%i)', async seed => {
    const simulation = new Simulation(keep, seed)
    await simulation.live('2026-11-23T00:05:00Z', 168)
    await simulation.run('good')
    expect(simulation.counts.kill).toBeGreaterThan(3)
    simulation.expectTiers()
    await simulation.expectRing()
    expect(simulation.filled.size).toBeGreaterThan(80)
    expect(await simulation.world.openUploads()).toEqual([])
  })

  it('has them so after a year', async () => {
    const simulation = new Simulation(keep, 2026)
    // Every fifth hour: each hour of the week comes round, and a year is a matter of seconds.
    await simulation.live('2026-02-10T00:05:00Z', 365 * 24, 5)
    await simulation.run('good')
    const { kill, faults, gap } = simulation.counts
    expect(Math.min(kill, faults, gap)).toBeGreaterThan(50)
    simulation.expectTiers()
    await simulation.expectRing()
    expect(simulation.world.entries('daily')).toHaveLength(7)
    expect(simulation.world.entries('weekly')).toHaveLength(4)
    expect(simulation.world.entries('monthly')).toHaveLength(12)
    expect(simulation.world.entries('yearly')).toEqual(['yearly/2026', 'yearly/2027'])
    // Every hour of the week had its turn ten times.
    expect(simulation.filled.size).toBe(168)
  }, 300_000)
})
