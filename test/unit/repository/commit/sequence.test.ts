import fc from 'fast-check'
import { indexPrefix } from '../../../../src/repository/catalog/prefix-index'
import { abortLeftovers } from '../../../../src/repository/commit/leftovers'
import { recoverSlot } from '../../../../src/repository/commit/recover'
import { readSignedSlot } from '../../../../src/repository/signatures/found-signature'
import { aSigningKey } from '../../ssh/keys/some-keys'
import { type Content, prefix, World } from '../ring'

const signer = aSigningKey()
const slots = ['Monday-12-00', 'Monday-13-00', 'Monday-14-00']

interface Run {
  slot: string
  contents: Content[]
  /** How many operations the run lives through; undefined: it is not killed. */
  life: number | undefined
  hasPostStep: boolean
}

const parts = fc.array(fc.constantFrom('aa', 'bb', 'cc'), { minLength: 1, maxLength: 3 })
const compression = fc.constantFrom('gzip' as const, 'zstd' as const, 'none' as const)
const content = (name: string) => fc.record({ name: fc.constant(name), parts, compression })
const contents = fc.oneof(
  fc.tuple(content('database'), content('codebase')),
  fc.tuple(content('a.database'), content('b.database'), content('codebase')),
  fc.tuple(content('codebase')),
)
const run: fc.Arbitrary<Run> = fc.record({
  slot: fc.constantFrom(...slots),
  contents,
  life: fc.option(fc.nat({ max: 45 }), { nil: undefined, freq: 2 }),
  hasPostStep: fc.boolean(),
})

describe('a ring of slots', () => {
  it('holds a whole recovery point in every slot that ever had one, whatever the runs and their deaths', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 8 }), async runs => {
        const world = new World()
        world.signer = signer
        const model = new Map(slots.map(slot => [slot, { hadOne: false, possible: new Set<string>() }]))
        for (const next of runs) {
          world.pass(3_600_000)
          const content = next.contents.map(({ parts }) => parts.join('')).join('|')
          const isPublished = await live(world, next)
          if (next.hasPostStep) await recover(world, next.slot)
          if (isPublished) expect(holding(world, next.slot)).toBe(content)
          model.get(next.slot)?.possible.add(content)
          compare(world, model)
        }
        await recoverAll(world)
        expect(intents(world)).toEqual([])
        compare(world, model)
        for (const slot of slots) expect(['empty', 'valid']).toContain(await signatureOf(world, slot))
        world.pass(3_600_000)
        await abortLeftovers(world.repository, 'none', world.clock)
        expect(await world.openUploads()).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})

/** `valid`: by the key of the runs, and of these very bytes. */
async function signatureOf(world: World, slot: string): Promise<string> {
  const state = await readSignedSlot(world.repository, slot)
  return state.kind === 'complete' ? (state.signature?.kind ?? 'none') : state.kind
}

/** What a slot may hold: the last recovery point seen there, or one that a dead run was about to put there. */
type Model = Map<string, { hadOne: boolean; possible: Set<string> }>

function compare(world: World, model: Model): void {
  expect(world.lies()).toEqual([])
  for (const [slot, { hadOne, possible }] of model) {
    const held = holding(world, slot)
    if (held === 'intent') continue
    if (held === undefined) {
      expect(hadOne).toBe(false)
    } else {
      expect(possible).toContain(held)
      model.set(slot, { hadOne: true, possible: new Set([held]) })
    }
  }
}

/** One run of the action, as far as the store sees it. False when it was killed. */
async function live(world: World, { slot, contents, life }: Run): Promise<boolean> {
  if (life !== undefined) world.dieAt(life + 1, 'before')
  try {
    await recoverAll(world)
    expect(intents(world)).toEqual([])
    await recover(world, slot)
    await abortLeftovers(world.repository, slot, world.clock)
    await world.publish(await world.prepare(contents, slot))
    return true
  } catch (error) {
    if (world.hasDied) return false
    throw error
  } finally {
    world.revive()
  }
}

async function recover(world: World, slot: string): Promise<void> {
  await recoverSlot(world.repository, slot, world.clock)
}

async function recoverAll(world: World): Promise<void> {
  const index = await indexPrefix(world.repository)
  for (const slot of await index.unfinished()) await recover(world, slot)
}

function intents(world: World): string[] {
  return slots.filter(slot => holding(world, slot) === 'intent')
}

/** The content of a slot's recovery point; undefined without one. */
function holding(world: World, slot: string): string | undefined {
  if (world.store.bytes(`${prefix}/${slot}.manifest.json`) === undefined) return undefined
  const { state, artifacts } = world.manifest(slot)
  return state === 'complete' ? artifacts.map(({ key }) => world.text(key)).join('|') : 'intent'
}
