import { doubtAbout } from '../../../../src/repository/catalog/doubts'
import { recoverSlot } from '../../../../src/repository/commit/recover'
import type { Manifest } from '../../../../src/repository/manifest/manifest'
import { serializeManifest } from '../../../../src/repository/manifest/manifest-codec'
import { readSignedSlot } from '../../../../src/repository/signatures/found-signature'
import { signText } from '../../../../src/repository/signatures/ssh-signature'
import type { Trust } from '../../../../src/repository/signatures/trust'
import type { SigningKey } from '../../../../src/ssh/keys/signing-key'
import type { Moment } from '../../../memory/memory-faults'
import { aSigningKey } from '../../ssh/keys/some-keys'
import { type Content, Death, prefix, slot, World } from '../ring'

const own = aSigningKey()
const other = aSigningKey()
const trust: Trust = { signers: new Set([own.publicKey.fingerprint]), demand: 'required' }
const manifestKey = `${prefix}/${slot}.manifest.json`
const hourMs = 3_600_000
const moments: Moment[] = ['before', 'after']

function pair(version: string): Content[] {
  return [
    { name: 'database', parts: [`${version} rows, `, `${version} rows.`] },
    { name: 'codebase', parts: [`${version} files`] },
  ]
}

/** A signed recovery point of last week in the slot, and the next one, of which nothing is visible yet. */
async function begin({ hasBefore = true } = {}) {
  const world = new World()
  world.signer = own
  if (hasBefore) await world.publish(await world.prepare(pair('old')))
  world.pass(7 * 24 * hourMs)
  return { world, prepared: await world.prepare(pair('new')) }
}

/** What a reader with `signed-by` sees in the slot: `good`, another state, or what is held against it. */
async function seen({ store }: World): Promise<string> {
  const repository = { store, prefix, trust }
  const state = await readSignedSlot(repository, slot)
  if (state.kind !== 'complete') return state.kind
  const storedAt = (await store.head(manifestKey))?.lastModified ?? new Date(0)
  const doubt = await doubtAbout({ repository, manifest: state.manifest, signature: state.signature, storedAt })
  return doubt?.what ?? 'good'
}

const recover = async (world: World) => (await recoverSlot(world.repository, slot, world.clock)).outcome

async function diePublishing({ world, prepared }: Awaited<ReturnType<typeof begin>>, at: number, moment: Moment) {
  world.dieAt(at, moment)
  const isDead = await world.publish(prepared).then(
    () => false,
    () => true,
  )
  world.revive()
  return isDead
}

describe.each([true, false])('a signed commit (over a recovery point: %s)', hasBefore => {
  it('never shows a recovery point without its signature, whichever operation the run dies at', async () => {
    const states = new Set<string>()
    for (const moment of moments) {
      for (let at = 1; ; at++) {
        const begun = await begin({ hasBefore })
        const isDead = await diePublishing(begun, at, moment)
        states.add(await seen(begun.world))
        begun.world.pass(5 * hourMs)
        await recover(begun.world)
        states.add(await seen(begun.world))
        if (!isDead) break
      }
    }
    expect([...states].sort()).toEqual(hasBefore ? ['good', 'intent'] : ['empty', 'good', 'intent'])
  })

  it('is finished or rolled back with a signature, whichever operation the recovery dies at', async () => {
    const outcomes = new Set<string>()
    for (const areUploadsGone of [true, false]) {
      for (const moment of moments) {
        for (let at = 1; ; at++) {
          const begun = await begin({ hasBefore })
          const { world } = begun
          // The intent is written, nothing is completed.
          world.onOperation = operation => {
            if (operation === 'completeUpload') throw new Death()
          }
          await expect(world.publish(begun.prepared)).rejects.toThrow()
          world.onOperation = () => {}
          if (areUploadsGone) {
            for (const { key, upload } of world.manifest().artifacts) {
              if (upload !== undefined) await world.store.abortUpload(key, upload.id)
            }
          }
          world.pass(5 * hourMs)
          world.dieAt(at, moment)
          const isDead = await recover(world).then(
            () => false,
            () => true,
          )
          world.revive()
          expect(['good', 'intent', 'empty']).toContain(await seen(world))
          world.pass(5 * hourMs)
          outcomes.add(await recover(world))
          expect(await seen(world)).toBe(areUploadsGone && !hasBefore ? 'empty' : 'good')
          if (!isDead) break
        }
      }
    }
    expect([...outcomes].sort()).toEqual(['completed', 'nothing', 'rolled-back'])
  })
})

describe('an intent that this run has not begun', () => {
  /** Leaves an intent with open uploads, as it is written by whoever holds this key, or none. */
  async function leave(change: (intent: Manifest) => Manifest, signer = other) {
    const world = new World()
    world.signer = own
    await world.publish(await world.prepare(pair('old')))
    world.pass(hourMs)
    const prepared = await world.prepare(pair('forged'))
    world.signer = signer
    world.dieAt(3, 'after')
    await expect(world.publish(prepared)).rejects.toThrow()
    world.revive()
    expect(world.manifest().state).toBe('publishing')
    await world.store.putText(manifestKey, serializeManifest(change(world.manifest())), {
      contentType: 'application/json',
    })
    world.signer = own
    return world
  }

  const unsigned = ({ signature: _, ...intent }: Manifest): Manifest => intent

  it.each<[string, (intent: Manifest) => Manifest, SigningKey]>([
    ['nobody has signed', unsigned, other],
    ['another key has signed', intent => intent, other],
    ['was changed since', intent => ({ ...intent, host: 'evil.example.com' }), own],
    ['has the signature of something else', intent => ({ ...intent, signature: signText('text', own) }), own],
  ])('is finished without a signature when %s', async (_, change, signer) => {
    const world = await leave(change, signer)
    const recovery = await recoverSlot(world.repository, slot, world.clock)
    expect(recovery).toMatchObject({ outcome: 'completed', warnings: [{ code: 'finished-unsigned' }] })
    expect(world.manifest()).toMatchObject({ state: 'complete', verdict: 'good' })
    expect(await seen(world)).toMatch(/is not signed|is not what was signed/)
  })

  it('is not signed either when a genuine one was put back later', async () => {
    const world = await leave(intent => intent, own)
    const text = world.text(manifestKey)
    world.pass(2 * hourMs)
    await world.store.putText(manifestKey, text, { contentType: 'application/json' })
    expect((await recoverSlot(world.repository, slot, world.clock)).warnings).toMatchObject([
      { code: 'finished-unsigned' },
    ])
    expect(await seen(world)).not.toBe('good')
  })

  it('cannot have an old recovery point signed anew by naming it as the one before', async () => {
    const world = await leave(intent => ({ ...unsigned(intent), artifacts: intent.artifacts }))
    for (const { key, upload } of world.manifest().artifacts) {
      if (upload !== undefined) await world.store.abortUpload(key, upload.id)
    }
    world.pass(3 * hourMs)
    expect(await recover(world)).toBe('rolled-back')
    expect(await seen(world)).toMatch(/^It was stored again at /)
  })

  it('is finished as ever by a run that does not sign, and what it replaced leaves no signature behind', async () => {
    const world = await leave(unsigned)
    world.signer = undefined
    expect(await recoverSlot(world.repository, slot, world.clock)).toMatchObject({ outcome: 'completed', warnings: [] })
    expect(world.store.keys()).not.toContain(`${manifestKey}.sig`)
    expect(await seen(world)).toBe('Its manifest is not signed.')
  })
})
