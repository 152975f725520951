import { newObjectsOf, objectsOf } from '../../../../src/repository/artifact/objects'
import { abortLeftovers } from '../../../../src/repository/commit/leftovers'
import { recoverSlot } from '../../../../src/repository/commit/recover'
import type { BaseName } from '../../../../src/repository/names/base-name'
import type { Moment } from '../../../memory/memory-faults'
import { type Content, Death, prefix, slot, World } from '../ring'

interface Scene {
  before: Content[] | undefined
  next: Content[]
}

const scenes: [string, Scene][] = [
  ['an empty slot', { before: undefined, next: pair('new') }],
  ['the same objects as before', { before: pair('old'), next: pair('new') }],
  [
    'one artifact of which nothing has changed',
    { before: pair('old'), next: [...pair('new').slice(0, 1), ...pair('old').slice(1)] },
  ],
  [
    'another compression',
    { before: pair('old'), next: pair('new').map(content => ({ ...content, compression: 'zstd' })) },
  ],
  [
    'one database that became two',
    {
      before: pair('old'),
      next: [{ name: 'a.database', parts: ['a1'] }, { name: 'b.database', parts: ['b1'] }, ...pair('new').slice(1)],
    },
  ],
  ['an empty slot, with the first base', { before: undefined, next: onBases('new', newBase('week-1')).slice(1) }],
  [
    'an archive that builds on a base, with a base on that',
    { before: onBases('old', 'week-0'), next: onBases('new', 'week-0', newBase('day-00')) },
  ],
]

const moments: Moment[] = ['before', 'after']

describe.each(scenes)('a commit over %s', (_name, scene) => {
  it('leaves the old recovery point or the new one, whichever operation the run dies at', async () => {
    const deaths = await everyDeath(scene)
    expect(deaths.length).toBeGreaterThan(14)
    for (const death of deaths) {
      const { world, photograph } = await diePublishing(scene, death)
      expectNoHarm(world, photograph)
      await recover(world)
      await expectRecovered(world, photograph, scene)
    }
  })

  it('is recovered the same, whichever operation the recovery dies at', async () => {
    const halfways = new Set<string>()
    for (const death of await distinctDeaths(scene)) {
      for (const moment of moments) {
        for (let at = 1; ; at++) {
          const { world, photograph } = await diePublishing(scene, death)
          const isDead = await dieRecovering(world, { at, moment })
          halfways.add(await fingerprint(world))
          expectNoHarm(world, photograph)
          await recover(world)
          await expectRecovered(world, photograph, scene)
          if (!isDead) break
        }
      }
    }
    expect(halfways.size).toBeGreaterThan(4)
  })

  it('is rolled back or marked as lost when uploads have vanished, and never blocks the slot', async () => {
    const outcomes = new Set<string>()
    for (const death of await distinctDeaths(scene)) {
      for (let gone = 1; gone < 2 ** objectCount(scene); gone++) {
        const { world, photograph } = await diePublishing(scene, death)
        const isWhole = same(dataOf(world.photograph()), dataOf(photograph))
        if (!(await vanish(world, gone))) break
        outcomes.add(await recover(world))
        expectNoHarm(world, photograph)
        expect(await recover(world)).toBe('nothing')
        // Only what was mixed already when the run died may be lost.
        if (isLost(world)) expect(isWhole).toBe(false)
        else await expectRecovered(world, photograph, scene)
        await publishNext(world)
      }
    }
    expect(outcomes).toContain('rolled-back')
  })

  it('is rolled back or marked as lost the same, whichever operation that dies at', async () => {
    const seen = new Set<string>()
    for (const death of await distinctDeaths(scene)) {
      for (let gone = 1; gone < 2 ** objectCount(scene); gone++) {
        for (const moment of moments) {
          for (let at = 1; ; at++) {
            const { world, photograph } = await diePublishing(scene, death)
            const isWhole = same(dataOf(world.photograph()), dataOf(photograph))
            if (!(await vanish(world, gone)) || !(await dieRecovering(world, { at, moment }))) break
            const halfway = await fingerprint(world)
            if (seen.has(halfway)) continue
            seen.add(halfway)
            expectNoHarm(world, photograph)
            await recover(world)
            if (isLost(world)) expect(isWhole).toBe(false)
            else await expectRecovered(world, photograph, scene)
            await publishNext(world)
          }
        }
      }
    }
    expect(seen.size).toBeGreaterThan(2)
  })
})

interface DeathPoint {
  at: number
  moment: Moment
}

function pair(version: string): Content[] {
  return [
    { name: 'database', parts: [`${version} rows, `, `${version} rows.`] },
    { name: 'codebase', parts: [`${version} files`] },
  ]
}

function newBase(base: BaseName) {
  return { base, parts: [`${base} files, `, 'of a new base'] }
}

function onBases(version: string, ...chain: NonNullable<Content['chain']>): Content[] {
  return pair(version).map(content => (content.name === 'codebase' ? { ...content, chain } : content))
}

/** What a commit completes. */
function objectCount({ next }: Scene): number {
  return next.reduce((sum, { chain = [] }) => sum + 1 + chain.filter(each => typeof each !== 'string').length, 0)
}

async function begin({ before, next }: Scene) {
  const world = new World()
  await world.publish(await world.prepare(onBases('other', newBase('week-0')), 'Monday-12-00'))
  world.pass(3_600_000)
  if (before !== undefined) await world.publish(await world.prepare(before))
  world.pass(7 * 24 * 3_600_000)
  const photograph = world.photograph()
  return { world, photograph, prepared: await world.prepare(next) }
}

async function everyDeath(scene: Scene): Promise<DeathPoint[]> {
  const { world, prepared } = await begin(scene)
  world.operationCount = 0
  await world.publish(prepared)
  const count = world.operationCount
  return moments.flatMap(moment => Array.from({ length: count }, (_, index) => ({ at: index + 1, moment })))
}

/** One death for each state that the store can be left in. */
async function distinctDeaths(scene: Scene): Promise<DeathPoint[]> {
  const distinct = new Map<string, DeathPoint>()
  for (const death of await everyDeath(scene)) {
    const { world } = await diePublishing(scene, death)
    distinct.set(await fingerprint(world), death)
  }
  return [...distinct.values()]
}

async function fingerprint(world: World): Promise<string> {
  return JSON.stringify([[...world.photograph()], await world.openUploads()])
}

async function diePublishing(scene: Scene, { at, moment }: DeathPoint) {
  const { world, photograph, prepared } = await begin(scene)
  world.dieAt(at, moment)
  await expect(world.publish(prepared)).rejects.toThrow()
  world.revive()
  return { world, photograph }
}

/** False when the recovery was over before it came to that operation. */
async function dieRecovering(world: World, { at, moment }: DeathPoint): Promise<boolean> {
  world.dieAt(at, moment)
  try {
    await recover(world)
    return false
  } catch (error) {
    if (error instanceof Death) return true
    throw error
  } finally {
    world.revive()
  }
}

async function recover(world: World): Promise<string> {
  return (await recoverSlot(world.repository, slot, world.clock)).outcome
}

/** Aborts some of the intent's uploads; false when there is no intent. */
async function vanish(world: World, which: number): Promise<boolean> {
  if (world.store.bytes(`${prefix}/${slot}.manifest.json`) === undefined) return false
  const { state, ...manifest } = world.manifest()
  for (const [index, { key, upload }] of newObjectsOf(manifest).entries()) {
    if (upload !== undefined && (which >> index) & 1) await world.store.abortUpload(key, upload.id)
  }
  return state === 'publishing'
}

async function publishNext(world: World): Promise<void> {
  await abortAllLeftovers(world)
  expect(await world.openUploads()).toEqual([])
  await world.publish(await world.prepare(pair('next')))
  expect(world.manifest().state).toBe('complete')
  expect(world.lies()).toEqual([])
}

function isLost(world: World): boolean {
  if (world.store.bytes(`${prefix}/${slot}.manifest.json`) === undefined) return false
  const { state, warnings } = world.manifest()
  return state === 'publishing' && warnings.some(warning => warning.code === 'slot-lost')
}

async function expectRecovered(world: World, photograph: Map<string, string>, { next }: Scene): Promise<void> {
  expectNoHarm(world, photograph)
  if (!same(ofSlot(world.photograph()), ofSlot(photograph))) {
    const manifest = world.manifest()
    expect(manifest.state).toBe('complete')
    expect(manifest.artifacts.map(({ key }) => world.text(key))).toEqual(next.map(({ parts }) => parts.join('')))
    expect(objectsOf(manifest).every(({ upload }) => upload === undefined)).toBe(true)
    expect(manifest.artifacts.map(({ chain }) => chain?.length)).toEqual(next.map(({ chain }) => chain?.length))
    expect(manifest).not.toHaveProperty('previous')
  }
  await abortAllLeftovers(world)
  expect(await world.openUploads()).toEqual([])
}

/** No manifest describes what is not there, and no other slot has changed. */
function expectNoHarm(world: World, photograph: Map<string, string>): void {
  expect(world.lies()).toEqual([])
  const others = (seen: Map<string, string>) =>
    [...seen].filter(([key]) => !key.startsWith(`${prefix}/${slot}.`) && !/base\/(week-1|day-00)\./.test(key))
  expect(same(others(world.photograph()), others(photograph))).toBe(true)
}

async function abortAllLeftovers(world: World): Promise<void> {
  // Of a base they are not of this slot: it takes their age.
  world.pass(3_600_000)
  await abortLeftovers(world.repository, slot, world.clock)
}

function same(a: [string, string][], b: [string, string][]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function ofSlot(photograph: Map<string, string>): [string, string][] {
  return [...photograph].filter(([key]) => key.startsWith(`${prefix}/${slot}.`))
}

function dataOf(photograph: Map<string, string>): [string, string][] {
  return ofSlot(photograph).filter(([key]) => !key.endsWith('.json'))
}
