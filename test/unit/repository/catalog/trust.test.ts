import { readCatalog } from '../../../../src/repository/catalog/catalog'
import { chooseRecoveryPoint } from '../../../../src/repository/catalog/choose-recovery-point'
import { indexPrefix } from '../../../../src/repository/catalog/prefix-index'
import type { Manifest } from '../../../../src/repository/manifest/manifest'
import { serializeManifest } from '../../../../src/repository/manifest/manifest-codec'
import { serializeProof } from '../../../../src/repository/manifest/proof'
import { signatureKey, slotKeys } from '../../../../src/repository/names/keys'
import { parseSnapshotChoice } from '../../../../src/repository/names/snapshot-choice'
import { signText } from '../../../../src/repository/signatures/ssh-signature'
import type { Trust } from '../../../../src/repository/signatures/trust'
import type { SigningKey } from '../../../../src/ssh/keys/signing-key'
import { type MemoryStore, memoryStore } from '../../../memory/memory-store'
import { clockAt } from '../../clock-at'
import { aSigningKey } from '../../ssh/keys/some-keys'
import { json, proofOf, putPoint } from '../points'

const prefix = 'web1'
const own = aSigningKey()
const other = aSigningKey(['-t', 'ecdsa', '-b', '256'])
const { fingerprint: others } = other.publicKey
const required: Trust = { signers: new Set([own.publicKey.fingerprint]), demand: 'required' }
const preferred: Trust = { ...required, demand: 'preferred' }
const slot = 'Wednesday-16-00'
const { manifest: key, proof: proofKey } = slotKeys(prefix, slot)

let store: MemoryStore
let nowMs: number
/** The one of 15:17, and the newer one of 16:17, which the tests are about; both are signed. */
let newest: Manifest

beforeEach(async () => {
  nowMs = Date.parse('2026-11-25T15:18:00Z')
  store = memoryStore({ name: 's3://acme', now: () => new Date(nowMs) })
  await putSigned('Wednesday-15-00', '2026-11-25T15:17:00.000Z')
  nowMs = Date.parse('2026-11-25T16:18:00Z')
  newest = await putSigned(slot, '2026-11-25T16:17:02.120Z')
  nowMs = Date.parse('2026-11-25T17:00:00Z')
})

/** As a backup leaves it: its manifest has the ETags that the store shows. */
async function putSigned(name: string, takenAt: string, signer: SigningKey | undefined = own): Promise<Manifest> {
  const bare = await putPoint(store, name, takenAt)
  const artifacts = []
  for (const each of bare.artifacts) artifacts.push({ ...each, etag: (await store.head(each.key))?.etag ?? '' })
  const manifest = { ...bare, artifacts }
  await write(manifest, signer)
  return manifest
}

async function write(manifest: Manifest, signer?: SigningKey): Promise<void> {
  const { manifest: at } = slotKeys(prefix, manifest.slot)
  const text = serializeManifest(manifest)
  await store.putText(at, text, json)
  if (signer !== undefined) await store.putText(signatureKey(at), signText(text, signer), json)
}

const repository = (trust: Trust | undefined = required) => ({
  store,
  prefix,
  ...(trust === undefined ? {} : { trust }),
})
const choose = (text: string) => chooseRecoveryPoint(repository(), parseSnapshotChoice(text), clockAt(new Date(nowMs)))
const entry = async (name = slot) =>
  (await readCatalog(repository(), { proofs: true })).find(each => each.name === name)

const wrongs: [string, () => Promise<unknown>, RegExp][] = [
  ['nobody has signed', () => store.remove(signatureKey(key)), /^Its manifest is not signed\.$/],
  [
    'another key has signed',
    () => write(newest, other),
    new RegExp(`^Its manifest is signed by ${others.replaceAll('+', '\\+')}, which "signed-by" does not name\\.$`),
  ],
  [
    'was changed after it was signed',
    () => write({ ...newest, host: 'evil.example.com' }),
    /^Its manifest is not what was signed: the signature next to it is of other bytes than these\.$/,
  ],
  [
    'has no real signature',
    () => store.putText(signatureKey(key), 'x', json),
    /^Its manifest is not what was signed: the signature next to it is no SSH signature\.$/,
  ],
  [
    'has another object of the same size',
    () => store.putText(newest.artifacts[0]?.key ?? '', '9876543210', json),
    /^An object of it is not the one that was signed: "web1\/Wednesday-16-00\.database\.sql\.gz" was stored again or replaced: /,
  ],
  [
    'was put back later',
    async () => {
      nowMs = Date.parse('2026-11-25T19:00:00Z')
      await write(newest, own)
    },
    /^It was stored again at 2026-11-25T19:00:00\.000Z, 2 h 43 m after it was written: copied from elsewhere, or replayed\. .* 2026-11-25T16:17:02Z\.$/,
  ],
  [
    'is from the future',
    () => write({ ...newest, startedAt: '2026-11-26T22:00:00.000Z', finishedAt: '2026-11-26T22:01:00.000Z' }, own),
    /^It is from the future: it says that it was taken at "2026-11-26T22:00:00\.000Z", and it was stored 1 d 5 h before that, /,
  ],
]

describe('a recovery point that is signed by the right key', () => {
  it('is the newest good one, and authentic', async () => {
    expect(await choose('latest')).toMatchObject({ name: slot, isAuthentic: true, warnings: [] })
    expect(await choose(slot)).toMatchObject({ name: slot, isAuthentic: true, warnings: [] })
    expect(await entry()).toMatchObject({ state: 'good', isSigned: true, signer: own.publicKey.fingerprint })
  })

  it('is not called authentic where nobody is named', async () => {
    const chosen = await chooseRecoveryPoint({ store, prefix }, { kind: 'latest' }, clockAt(new Date(nowMs)))
    expect(chosen).toMatchObject({
      isAuthentic: false,
      signature: { kind: 'valid', signer: { line: own.publicKey.line } },
    })
  })

  it('costs a list one more request each where signatures count, and none where they do not', async () => {
    const reads = async (trust?: Trust) => {
      const before = store.operations.length
      await readCatalog({ store, prefix, ...(trust === undefined ? {} : { trust }) })
      return store.operations.slice(before).filter(operation => !operation.startsWith('list')).length
    }
    expect([await reads(), await reads(required)]).toEqual([2, 4])
  })

  it('is good while a backup replaces it between the two reads', async () => {
    let isMoving = true
    const moving: MemoryStore = new Proxy(store, {
      get: (target, name) =>
        name === 'getText'
          ? async (at: string) => {
              if (isMoving && at === signatureKey(key)) {
                isMoving = false
                await putSigned(slot, '2026-11-25T16:59:00.000Z')
              }
              return target.getText(at)
            }
          : (Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name)),
    })
    const chosen = await chooseRecoveryPoint(
      { store: moving, prefix, trust: required },
      { kind: 'name', name: slot },
      clockAt(new Date(nowMs)),
    )
    expect(chosen.manifest.startedAt).toBe('2026-11-25T16:59:00.000Z')
  })
})

describe.each(wrongs)('a recovery point that %s', (_, spoil, sentence) => {
  beforeEach(() => spoil())

  it('is not the newest good one', async () => {
    expect(await choose('latest')).toMatchObject({
      name: 'Wednesday-15-00',
      warnings: [{ what: expect.stringMatching(sentence.source.replace('^', `^${slot} does not count\\. `)) }],
    })
    const at = await choose('2026-11-25T23:00:00Z')
    expect(at.name).toBe('Wednesday-15-00')
  })

  it('is not restored by its name either', async () => {
    // What is in the objects is seen when they are read.
    if (sentence.source.includes('An object')) return
    await expect(choose(slot)).rejects.toThrow(
      new RegExp(sentence.source.replace('^', `^The recovery point ${slot} is not to be trusted\\. `)),
    )
  })

  it('is listed with the reason', async () => {
    const listed = await entry()
    expect([listed?.state, listed?.problem]).toEqual(['untrusted', expect.stringMatching(sentence)])
  })
})

describe('a recovery point that was stored again', () => {
  beforeEach(async () => {
    nowMs = Date.parse('2026-11-30T12:00:00Z')
    await write(newest, own)
  })

  it('is restored by its very time, with a warning', async () => {
    expect(await choose('2026-11-25T16:17:02Z')).toMatchObject({
      ...{ name: slot, isAuthentic: true },
      warnings: [{ code: 'snapshot-stored-again' }],
    })
    expect((await choose('2026-11-25T16:17:02.120Z')).name).toBe(slot)
    for (const other of ['2026-11-25T16:17:02.121Z', '2026-11-25T16:17:03Z']) {
      expect((await choose(other)).name).toBe('Wednesday-15-00')
    }
    await store.remove(slotKeys(prefix, 'Wednesday-15-00').manifest)
    expect((await choose('2026-11-25T16:17:02Z')).name).toBe(slot)
    await expect(choose('latest')).rejects.toMatchObject({
      advice: expect.stringMatching(/Of Wednesday-16-00: It was stored again at .* 2026-11-25T16:17:02Z/),
    })
  })
})

describe('a swapped manifest', () => {
  it.each(['Monday-13-00', 'daily/2026-11-25'])('is no recovery point under the key of %s', async name => {
    const { manifest: at } = slotKeys(prefix, name)
    for (const end of ['', '.sig'])
      await store.putText(`${at}${end}`, (await store.getText(`${key}${end}`)) ?? '', json)
    await expect(choose(name)).rejects.toThrow('is that of another slot, "Wednesday-16-00"')
  })

  it('is none in another folder', async () => {
    const at = slotKeys('web2', slot).manifest
    for (const end of ['', '.sig'])
      await store.putText(`${at}${end}`, (await store.getText(`${key}${end}`)) ?? '', json)
    const elsewhere = { store, prefix: 'web2', trust: required }
    await expect(
      chooseRecoveryPoint(elsewhere, { kind: 'name', name: slot }, clockAt(new Date(nowMs))),
    ).rejects.toThrow('is that of another folder, "web1"')
  })
})

describe('a proof', () => {
  const prove = async (signer: SigningKey | undefined, change = (text: string) => text) => {
    const text = serializeProof({ ...(await proofOf(store, newest)), provenAt: new Date(nowMs).toISOString() })
    if (signer !== undefined) await store.putText(signatureKey(proofKey), signText(text, signer), json)
    await store.putText(proofKey, change(text), json)
  }

  it('counts when the right key has signed it', async () => {
    await prove(own)
    expect((await entry())?.proof).toMatchObject({ kind: 'proven', restoreSeconds: 98.4 })
  })

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['nobody has signed it', () => prove(undefined), /^Its proof is not signed\.$/],
    ['another key has', () => prove(other), /^Its proof is signed by SHA256:.*, which "signed-by" does not name\.$/],
    ['it was changed', () => prove(own, text => text.replace('98.4', '1.4')), /^Its proof is not what was signed: /],
    [
      'it was put back later',
      async () => {
        await prove(own)
        const text = (await store.getText(proofKey)) ?? ''
        nowMs += 2 * 3_600_000
        await store.putText(proofKey, text, json)
      },
      /^Its proof of .* was stored again at 2026-11-25T19:00:00\.000Z: copied from elsewhere, or replayed\.$/,
    ],
  ])('does not count when %s', async (_, forge, sentence) => {
    await forge()
    expect((await entry())?.proof).toEqual({ kind: 'untrusted', problem: expect.stringMatching(sentence) })
  })

  it('that failed is shown, whatever the objects are now', async () => {
    const { artifacts, format, takenAt, run, tool } = await proofOf(store, newest)
    const findings = [{ code: 'import', message: 'The import failed.' }]
    const failed = {
      format,
      slot,
      takenAt,
      artifacts: artifacts.map(each => ({ ...each, etag: 'x' })),
      run,
      tool,
      findings,
    }
    const text = serializeProof({ ...failed, status: 'failed', failedAt: new Date(nowMs).toISOString() })
    await store.putText(proofKey, text, json)
    await store.putText(signatureKey(proofKey), signText(text, own), json)
    expect((await entry())?.proof).toEqual({ kind: 'failed', failedAt: new Date(nowMs), problem: 'The import failed.' })
  })
})

describe('the last good one, for a backup', () => {
  const last = async () => {
    const index = await indexPrefix(repository(preferred))
    return { slot: (await index.newestGood())?.slot, warnings: index.warnings.map(({ what }) => what) }
  }

  it('is of its own key, whatever else was planted since', async () => {
    await putSigned('Wednesday-17-00', '2026-11-25T16:58:00.000Z', other)
    expect(await last()).toEqual({
      slot,
      warnings: [`Wednesday-17-00 does not count. Its manifest is signed by ${others}, which is not this run's key.`],
    })
  })

  it('is of another key when there is none of its own, which is said', async () => {
    for (const each of ['Wednesday-15-00', slot]) await store.remove(slotKeys(prefix, each).manifest)
    await putSigned('Wednesday-14-00', '2026-11-25T14:17:00.000Z', other)
    expect(await last()).toEqual({
      slot: 'Wednesday-14-00',
      warnings: [
        expect.stringContaining('is compared with Wednesday-14-00, taken 2026-11-25T14:17:00.000Z, all the same'),
      ],
    })
  })

  it('is none from the future', async () => {
    await write({ ...newest, startedAt: '2026-11-27T00:00:00.000Z' }, own)
    expect(await last()).toMatchObject({
      slot: 'Wednesday-15-00',
      warnings: [expect.stringContaining('from the future')],
    })
  })

  it('may be a minute younger than its own manifest, and no more', async () => {
    await write({ ...newest, startedAt: '2026-11-25T17:01:00.000Z', finishedAt: '2026-11-25T17:01:00.000Z' }, own)
    expect(await last()).toMatchObject({ slot, warnings: [] })
    await write({ ...newest, startedAt: '2026-11-25T17:02:00.000Z', finishedAt: '2026-11-25T17:02:00.000Z' }, own)
    expect(await last()).toMatchObject({
      slot: 'Wednesday-15-00',
      warnings: [expect.stringContaining('it was stored 2 m before that')],
    })
  })
})
