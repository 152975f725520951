import { StoreError } from '../../../../src/store/store-error'
import type { Moment } from '../../../memory/memory-faults'
import { type Content, Death, prefix } from '../ring'
import { rows, TierWorld } from './tier-world'

const keep = { daily: 2, weekly: 1, monthly: 1, yearly: 1 }
const moments: Moment[] = ['before', 'after']
const expected = ['daily/2026-12-31', 'daily/2027-01-04', 'monthly/2027-01', 'weekly/2027-W01', 'yearly/2027']

/** The first run of a new year: every tier gets a new entry and loses its oldest. */
async function begin() {
  const world = new TierWorld()
  for (const day of ['30', '31']) await world.run(`2026-12-${day}T00:05:00Z`, keep)
  const proof = `${prefix}/daily/2026-12-30.proof.json`
  await world.store.putText(proof, '{}', { contentType: 'application/json' })
  world.goTo('2027-01-04T00:05:00Z')
  const manifest = await world.take(otherCompression('new year'))
  return { world, manifest, ring: world.ring() }
}

function otherCompression(text: string): Content[] {
  return rows(text).map(content => ({ ...content, compression: 'zstd' }))
}

async function operationsOfARun(): Promise<number> {
  const { world, manifest } = await begin()
  world.operationCount = 0
  expect(await world.keep(manifest, keep)).toMatchObject({ warnings: [] })
  expect(world.entries()).toEqual(expected)
  return world.operationCount
}

/** Everything that a manifest says is true, and the ring is untouched. */
function expectNoHarm(world: TierWorld, ring: [string, string][]): void {
  expect(world.lies()).toEqual([])
  expect(world.ring()).toEqual(ring)
  for (const name of world.entries()) expect(world.manifest(name).state).toBe('complete')
}

describe('keepTiers, whichever operation the run dies at', () => {
  it.each([
    ['an hour later', '2027-01-04T01:05:00Z'],
    ['when that day is over', '2027-01-05T00:05:00Z'],
  ])('has whole entries or none, and the next run %s puts everything right', async (_when, time) => {
    const count = await operationsOfARun()
    expect(count).toBeGreaterThan(40)
    for (const moment of moments) {
      for (let at = 1; at <= count; at++) {
        const { world, manifest, ring } = await begin()
        world.dieAt(at, moment)
        await expect(world.keep(manifest, keep)).rejects.toThrow(Death)
        world.revive()
        expectNoHarm(world, ring)
        const days = new Set([...world.entries('daily'), `daily/${time.slice(0, '2027-01-04'.length)}`])

        // Other keys than those that the dead run wrote: its objects are not overwritten.
        const next = await world.run(time, keep, rows('next'))
        expect(next.warnings).toEqual([])
        expect(world.entries('daily')).toEqual([...days].slice(-keep.daily))
        expect([...world.entries('monthly'), ...world.entries('weekly'), ...world.entries('yearly')]).toEqual([
          'monthly/2027-01',
          'weekly/2027-W01',
          'yearly/2027',
        ])
        expect(world.lies()).toEqual([])
        expect(world.strays()).toEqual([])
      }
    }
  })

  it('dies twice at every operation and is put right by the third run', async () => {
    const count = await operationsOfARun()
    for (let at = 1; at <= count; at += 3) {
      const { world, manifest, ring } = await begin()
      world.dieAt(at, 'after')
      await expect(world.keep(manifest, keep)).rejects.toThrow(Death)
      world.revive()
      for (let later = 1; ; later += 2) {
        world.dieAt(later, 'before')
        const isDead = await world.keep(manifest, keep).then(
          () => false,
          () => true,
        )
        world.revive()
        expectNoHarm(world, ring)
        if (!isDead) break
      }
      expect(world.entries()).toEqual(expected)
      expect(world.strays()).toEqual([])
    }
  })
})

describe('keepTiers over a broken entry, whichever operation the run dies at', () => {
  const key = `${prefix}/daily/2027-01-04`
  const start = async () => {
    const world = new TierWorld()
    await world.run('2027-01-04T00:05:00Z', { daily: 2 }, rows('first'))
    await world.store.remove(`${key}.codebase.tar.gz`)
    const manifest = await world.take(rows('next'))
    const broken = [...world.photograph()].filter(([each]) => each.startsWith(key))
    return { world, manifest, broken }
  }

  it('never has its manifest beside objects that it does not mean', async () => {
    const whole = await start()
    whole.world.operationCount = 0
    expect(await whole.world.keep(whole.manifest, { daily: 2 })).toMatchObject({ made: ['daily/2027-01-04'] })
    for (const moment of moments) {
      for (let at = 1; at <= whole.world.operationCount; at++) {
        const { world, manifest, broken } = await start()
        world.dieAt(at, moment)
        await expect(world.keep(manifest, { daily: 2 })).rejects.toThrow(Death)
        world.revive()
        const isUntouched = world.lies().length > 0
        const now = [...world.photograph()].filter(([each]) => each.startsWith(key))
        if (isUntouched) expect(now).toEqual(broken)
        await world.keep(manifest, { daily: 2 })
        expect(world.entries()).toEqual(['daily/2027-01-04'])
        expect([world.lies(), world.strays()]).toEqual([[], []])
      }
    }
  })
})

describe('keepTiers, whichever operation fails', () => {
  it.each(moments)('never throws, harms nothing, and the next run puts everything right (%s)', async moment => {
    const count = await operationsOfARun()
    let warned = 0
    for (let at = 1; at <= count; at++) {
      const { world, manifest, ring } = await begin()
      let seen = 0
      world.onOperation = (_operation, _key, when) => {
        if (when === 'before') seen++
        if (seen === at && when === moment) {
          seen++
          throw new StoreError('Could not.', { code: 'InternalError', status: 500 })
        }
      }
      const { warnings } = await world.keep(manifest, keep)
      if (warnings.length > 0) warned++
      world.onOperation = () => {}
      expectNoHarm(world, ring)
      const next = await world.run('2027-01-04T01:05:00Z', keep, rows('next'))
      expect(next.warnings).toEqual([])
      expect(world.entries()).toEqual(expected)
      expect(world.lies()).toEqual([])
      expect(world.strays()).toEqual([])
    }
    // A write whose reply is lost is read back; nearly everything else is reported.
    expect(warned).toBeGreaterThan(count / 2)
  })
})
