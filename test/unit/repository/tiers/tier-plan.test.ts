import fc from 'fast-check'
import { type TierKeep, tierEntryNames, tiers } from '../../../../src/repository/names/tier-name'
import { planTiers, type TierEntry } from '../../../../src/repository/tiers/tier-plan'

const hourMs = 3_600_000
const none: TierKeep = { daily: 0, weekly: 0, monthly: 0, yearly: 0 }

function good(...names: string[]): TierEntry[] {
  return names.map(name => entry(name, 'good'))
}

function entry(name: string, state: TierEntry['state']): TierEntry {
  const tier = tiers.find(each => name.startsWith(each))
  if (tier === undefined) throw new Error(`"${name}" is of no tier.`)
  return { tier, name, state }
}

function plan(time: string, keep: Partial<TierKeep>, existing: TierEntry[]) {
  const whole = { ...none, ...keep }
  const made = planTiers({ takenAt: new Date(time), timezone: 'UTC', keep: whole, existing })
  return {
    copies: made.copies.map(({ name }) => name),
    blocked: made.blocked.map(({ name }) => name),
    removals: made.removals.map(({ name }) => name),
  }
}

describe('planTiers', () => {
  const nothing = { copies: [], blocked: [], removals: [] }
  const monday = '2026-11-23T13:05:00Z'

  it('makes the first entry of every tier that is switched on', () => {
    expect(plan(monday, { daily: 7, yearly: 1 }, [])).toEqual({
      ...nothing,
      copies: ['daily/2026-11-23', 'yearly/2026'],
    })
  })

  it('leaves an entry that is good, and does nothing with a tier that is switched off', () => {
    expect(plan(monday, { daily: 1 }, good('daily/2026-11-23', 'weekly/2020-W01'))).toEqual(nothing)
  })

  it('makes room for the new one: the oldest beyond the number kept, oldest first', () => {
    const existing = good('daily/2026-11-22', 'daily/2026-11-19', 'daily/2026-11-21', 'daily/2026-11-20')
    expect(plan(monday, { daily: 3 }, existing)).toEqual({
      ...nothing,
      copies: ['daily/2026-11-23'],
      removals: ['daily/2026-11-19', 'daily/2026-11-20'],
    })
  })

  it('makes a broken entry of this period again, and leaves older broken ones', () => {
    const existing = [entry('daily/2026-11-23', 'broken'), entry('daily/2026-11-01', 'broken')]
    expect(plan(monday, { daily: 1 }, existing)).toEqual({ ...nothing, copies: ['daily/2026-11-23'] })
  })

  it.each(['suspect', 'foreign'] as const)('never overwrites or removes a %s entry, and does not count it', state => {
    const existing = [
      ...[entry('daily/2026-11-23', state), entry('daily/2026-11-01', state)],
      ...good('daily/2026-11-20', 'daily/2026-11-21', 'daily/2026-11-22'),
    ]
    expect(plan(monday, { daily: 2 }, existing)).toEqual({
      ...nothing,
      blocked: ['daily/2026-11-23'],
      removals: ['daily/2026-11-20'],
    })
  })

  it('neither counts nor removes what a wrong clock dated later', () => {
    const existing = good('daily/2099-01-01', 'daily/2099-01-02', 'daily/2026-11-22')
    expect(plan(monday, { daily: 2 }, existing)).toEqual({ ...nothing, copies: ['daily/2026-11-23'] })
  })

  it('keeps history of a tier whose number is no number', () => {
    expect(plan(monday, { daily: Number.NaN }, good('daily/2026-11-01'))).toEqual(nothing)
  })
})

/**
 * What may happen in a tier in an hour: the copies are made, die before or after their manifest, or there is no run at
 * all.
 */
type Fate = 'made' | 'dies' | 'breaks' | 'gap'

const fates = fc.array(
  fc.record({
    fate: fc.oneof(
      { weight: 5, arbitrary: fc.constant<Fate>('made') },
      { weight: 1, arbitrary: fc.constantFrom<Fate>('dies', 'breaks', 'gap') },
    ),
    hours: fc.oneof(
      { weight: 6, arbitrary: fc.constant(1) },
      { weight: 3, arbitrary: fc.integer({ min: 2, max: 40 }) },
      { weight: 1, arbitrary: fc.integer({ min: 41, max: 4_000 }) },
    ),
  }),
  { minLength: 1, maxLength: 80 },
)
const keeps: fc.Arbitrary<TierKeep> = fc.record({
  daily: fc.nat({ max: 5 }),
  weekly: fc.nat({ max: 4 }),
  monthly: fc.nat({ max: 3 }),
  yearly: fc.nat({ max: 2 }),
})
const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia')
const starts = fc.date({
  min: new Date('2011-10-01T00:00:00Z'),
  max: new Date('2030-01-01T00:00:00Z'),
  noInvalidDate: true,
})

/** What was there before us, or comes between. */
const clutter = fc.uniqueArray(
  fc
    .tuple(starts, fc.constantFrom(...tiers), fc.constantFrom<TierEntry['state']>('suspect', 'foreign', 'broken'))
    .map(([at, tier, state]): TierEntry => ({ tier, name: tierEntryNames(at, 'UTC')[tier], state })),
  { maxLength: 4, selector: ({ name }) => name },
)

describe('planTiers over any sequence of hours, gaps and failures', () => {
  it('keeps the newest good ones of each tier and touches nothing else', () => {
    fc.assert(
      fc.property(starts, zones, keeps, fates, clutter, (start, timezone, keep, hours, strangers) => {
        let existing: TierEntry[] = [...strangers]
        const everGood = new Set<string>()
        const removed = new Set<string>()
        let time = start.getTime()
        for (const { fate, hours: passed } of hours) {
          time += passed * hourMs
          if (fate === 'gap') continue
          const takenAt = new Date(time)
          const current = planTiers({ takenAt, timezone, keep, existing })
          expectSound(current, existing, { takenAt, timezone, keep })
          expect(planTiers({ takenAt, timezone, keep, existing: existing.toReversed() })).toEqual(current)
          for (const { name } of current.copies) expect(removed).not.toContain(name)

          const copied = new Set(current.copies.map(({ name }) => name))
          existing = existing.filter(({ name }) => !copied.has(name))
          if (fate === 'dies') continue
          const state = fate === 'made' ? 'good' : 'broken'
          existing.push(...current.copies.map(({ tier, name }) => ({ tier, name, state }) as const))
          if (fate === 'breaks') continue
          for (const { name } of current.copies) everGood.add(name)
          for (const { name } of current.removals) removed.add(name)
          existing = existing.filter(({ name }) => !removed.has(name))
          expectKept(existing, everGood, keep)
          const again = planTiers({ takenAt, timezone, keep, existing })
          expect([again.copies, again.removals]).toEqual([[], []])
        }
        const left = strangers.filter(({ state }) => state !== 'broken')
        expect(existing).toEqual(expect.arrayContaining(left))
      }),
      { numRuns: 150 },
    )
  })
})

function expectSound(
  { copies, blocked, removals }: ReturnType<typeof planTiers>,
  existing: readonly TierEntry[],
  { takenAt, timezone, keep }: { takenAt: Date; timezone: string; keep: TierKeep },
): void {
  const state = (name: string) => existing.find(each => each.name === name)?.state
  const current = Object.values(tierEntryNames(takenAt, timezone))
  for (const { tier, name } of copies) {
    expect(keep[tier]).toBeGreaterThan(0)
    expect(current).toContain(name)
    expect([undefined, 'broken']).toContain(state(name))
  }
  for (const { name } of blocked) expect(['suspect', 'foreign']).toContain(state(name))
  for (const { tier, name } of removals) {
    expect(keep[tier]).toBeGreaterThan(0)
    expect(state(name)).toBe('good')
    const newer = [
      ...existing.filter(each => each.state === 'good').map(each => each.name),
      ...copies.map(copy => copy.name),
    ]
    const newerOnes = new Set(newer.filter(each => each.startsWith(`${tier}/`) && each > name))
    expect(newerOnes.size).toBeGreaterThanOrEqual(keep[tier])
  }
}

/** Where everything went well: exactly the newest of all that ever were good. */
function expectKept(existing: readonly TierEntry[], everGood: ReadonlySet<string>, keep: TierKeep): void {
  for (const tier of tiers) {
    const ever = [...everGood].filter(name => name.startsWith(`${tier}/`)).sort()
    const here = existing.filter(each => each.tier === tier && each.state === 'good').map(({ name }) => name)
    expect(here.sort()).toEqual(keep[tier] === 0 ? [] : ever.slice(-keep[tier]))
  }
}
