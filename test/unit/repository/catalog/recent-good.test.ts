import { findRecentGood } from '../../../../src/repository/catalog/recent-good'
import { serializeManifest } from '../../../../src/repository/manifest/manifest-codec'
import { signatureKey, slotKeys } from '../../../../src/repository/names/keys'
import { parseRotation } from '../../../../src/repository/names/slot'
import { signText } from '../../../../src/repository/signatures/ssh-signature'
import { StoreError } from '../../../../src/store/store-error'
import { type MemoryStore, memoryStore } from '../../../memory/memory-store'
import { clockAt } from '../../clock-at'
import { aSigningKey } from '../../ssh/keys/some-keys'
import { json, putPoint } from '../points'

const prefix = 'web1'
const own = aSigningKey()
const other = aSigningKey(['-t', 'ecdsa', '-b', '256'])
const trust = { signers: new Set([own.publicKey.fingerprint]), demand: 'preferred' as const }
const hourly = parseRotation('hour-of-week')

let store: MemoryStore
beforeEach(() => {
  store = memoryStore({ name: 's3://acme', now: () => new Date('2026-11-25T15:18:00Z') })
})

/** What is found at a time, and the operations that took. */
async function search(at: string, { minutes = 50, isSigned = true, rotation = hourly, timezone = 'UTC' } = {}) {
  const before = store.operations.length
  const repository = { store, prefix, ...(isSigned ? { trust } : {}) }
  const clock = clockAt(new Date(at))
  const found = await findRecentGood(repository, { rotation, timezone, withinMs: minutes * 60_000, clock })
  return { slot: found.manifest?.slot, isDenied: found.isDenied, requests: store.operations.length - before }
}

async function putSigned(slot: string, takenAt: string, signer = own): Promise<void> {
  const bare = await putPoint(store, slot, takenAt)
  const artifacts = []
  for (const each of bare.artifacts) artifacts.push({ ...each, etag: (await store.head(each.key))?.etag ?? '' })
  const [key, text] = [slotKeys(prefix, slot).manifest, serializeManifest({ ...bare, artifacts })]
  await store.putText(key, text, json)
  await store.putText(signatureKey(key), signText(text, signer), json)
}

describe('findRecentGood', () => {
  it('reads the slots of the interval, the newest first, and the signature of what is young enough', async () => {
    await putSigned('Wednesday-16-00', '2026-11-18T16:17:00.000Z')
    await putSigned('Wednesday-15-00', '2026-11-25T15:40:00.000Z')
    expect(await search('2026-11-25T15:59:00Z')).toEqual({ slot: 'Wednesday-15-00', isDenied: false, requests: 2 })
    expect(await search('2026-11-25T16:10:00Z')).toEqual({ slot: 'Wednesday-15-00', isDenied: false, requests: 3 })
    expect(await search('2026-11-25T16:30:00Z')).toEqual({ slot: undefined, isDenied: false, requests: 2 })
    expect(await search('2026-11-25T15:59:00Z', { timezone: 'Asia/Kathmandu' })).toMatchObject({ slot: undefined })
  })

  it('counts only what its own key has signed, where there is one', async () => {
    const at = '2026-11-25T15:59:00Z'
    await putPoint(store, 'Wednesday-15-00', '2026-11-25T15:40:00.000Z')
    expect(await search(at)).toMatchObject({ slot: undefined })
    expect(await search(at, { isSigned: false })).toMatchObject({ slot: 'Wednesday-15-00', requests: 1 })
    await putSigned('Wednesday-15-00', '2026-11-25T15:40:00.000Z', other)
    expect(await search(at)).toMatchObject({ slot: undefined })
  })

  it('lists the prefix where the recovery point can have many names', async () => {
    await putSigned('Wednesday-15-40', '2026-11-25T15:16:00.000Z')
    const rotation = parseRotation('{weekday}-{hour}-{minute}')
    expect(await search('2026-11-25T15:59:00Z', { rotation })).toMatchObject({ slot: 'Wednesday-15-40', requests: 3 })
    expect(await search('2026-11-25T15:59:00Z', { minutes: 30, rotation })).toMatchObject({ slot: undefined })
    await putSigned('Wednesday-13-00', '2026-11-25T13:17:00.000Z')
    expect(await search('2026-11-25T15:59:00Z', { minutes: 180 })).toMatchObject({ slot: 'Wednesday-15-40' })
  })

  it('says when it may not look', async () => {
    store.failAlways('getText', /^/, new StoreError('Access denied.', { code: 'AccessDenied', status: 403 }))
    expect(await search('2026-11-25T15:39:00Z')).toEqual({ slot: undefined, isDenied: true, requests: 2 })
  })
})
