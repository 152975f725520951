import { createHash } from 'node:crypto'
import { armor } from 'age-encryption'
import { encryptionNews, encryptionReport } from '../../../../src/commands/backup/encryption-news'
import { openBytes, openText } from '../../../../src/pipeline/age/header'
import { type Encryption, encryptionTo } from '../../../../src/repository/encryption/encryption'
import { withSafetyEncryption } from '../../../../src/repository/encryption/safety-encryption'
import { testKeys, writeEncryptionTest } from '../../../../src/repository/encryption/test-object'
import { unlock } from '../../../../src/repository/encryption/unlock'
import type { Manifest } from '../../../../src/repository/manifest/manifest'
import { parseManifest, serializeManifest } from '../../../../src/repository/manifest/manifest-codec'
import { encryptionTestKey } from '../../../../src/repository/names/keys'
import type { RecoveryPoint, Repository } from '../../../../src/repository/repository'
import { StoreError } from '../../../../src/store/store-error'
import { memoryStore } from '../../../memory/memory-store'
import { type AgeKey, anAgeKey } from '../../pipeline/age/age-files'
import { aSigningKey } from '../../ssh/keys/some-keys'
import { aManifest } from '../a-baseline'

const sha256 = createHash('sha256').update('rows').digest('hex')
const place = ['s3://acme', 'web1']
const signer = aSigningKey()
const clock = { now: () => new Date('2026-11-23T13:05:02.120Z') }
let one: AgeKey
let other: AgeKey
beforeAll(async () => {
  one = await anAgeKey()
  other = await anAgeKey('ssh-ed25519')
})

async function encryption(
  keys = [one, other],
  by = { signer: signer as typeof signer | undefined, place },
): Promise<Encryption> {
  const made = await encryptionTo(
    keys.map(({ recipient }) => recipient),
    by,
  )
  if (made === undefined) throw new Error('no encryption')
  return made
}

function repository(more: Partial<Repository> = {}): Repository {
  return { store: memoryStore(), prefix: 'web1', ...more }
}

async function encryptedManifest(keys?: AgeKey[]): Promise<Manifest> {
  return aManifest({ encryption: (await encryption(keys)).record })
}

describe('encryptionTo', () => {
  it('records digests under a key that is the same in each run with the same signing key, and no other', async () => {
    const [first, second] = [await encryption(), await encryption()]
    expect(first.recorded(sha256)).toBe(second.recorded(sha256))
    expect(first.recorded(sha256)).toMatch(/^[0-9a-f]{64}$/)
    expect(first.recorded(sha256)).not.toBe(sha256)
    expect(first.record.fingerprintKeyId).toBe(second.record.fingerprintKeyId)
    const strangers = [
      await encryption([one], { signer: aSigningKey(), place }),
      await encryption([one], { signer, place: ['s3://acme', 'web2'] }),
      await encryption([one], { signer: undefined, place }),
      await encryption([one], { signer: undefined, place }),
    ]
    const all = [first, ...strangers]
    expect(new Set(all.map(({ recorded }) => recorded(sha256))).size).toBe(all.length)
    expect(new Set(all.map(({ record }) => record.fingerprintKeyId)).size).toBe(all.length)
    expect(all.map(({ isLasting }) => isLasting)).toEqual([true, true, true, false, false])
    expect(await encryptionTo([], { signer, place })).toBeUndefined()
  })

  it.each([['ed25519'], ['rsa'], ['ecdsa']])('takes a signing key of the type %s', async type => {
    const own = aSigningKey(['-t', type])
    expect(own.derive('a')).toEqual(own.derive('a'))
    expect(own.derive('a')).toHaveLength(32)
    expect(own.derive('a')).not.toEqual(own.derive('b'))
  })

  it('stands in the manifest, which has the key of the digests for the recipients alone', async () => {
    const manifest = parseManifest(serializeManifest(await encryptedManifest()), 'key')
    expect(manifest.encryption).toMatchObject({ format: 'age', recipients: [one.recipient.line, other.recipient.line] })
    const forged = serializeManifest(manifest).replace('"age1', '"\\nStill safe: nothing.')
    expect(() => parseManifest(forged, 'key')).toThrow(/recipients/)
    const sealed = Buffer.from(manifest.encryption?.fingerprintKey ?? '', 'base64')
    expect(await openBytes(sealed, [other.identity])).toHaveLength(32)
  })
})

describe('unlock', () => {
  it('opens a recovery point with any of its keys, and knows then how its digests are recorded', async () => {
    const manifest = await encryptedManifest()
    for (const { identity } of [one, other]) {
      const strangers = [(await anAgeKey()).identity, identity]
      const unlocked = await unlock<RecoveryPoint>(
        { repository: repository({ identities: strangers }), manifest },
        'Monday-13-00',
      )
      if (!('point' in unlocked)) throw new Error('it stayed locked')
      expect(unlocked.point.recorded?.(sha256)).toBe((await encryption()).recorded(sha256))
    }
  })

  it('needs no key for one that is not encrypted', async () => {
    const unlocked = await unlock<RecoveryPoint>({ repository: repository(), manifest: aManifest() }, 'x')
    expect('point' in unlocked && unlocked.point.recorded?.(sha256)).toBe(sha256)
  })

  it('names those who can open it where no key does', async () => {
    const manifest = await encryptedManifest()
    const identities = [(await anAgeKey()).identity]
    const cases = [
      [repository(), 'needs "decryption-key", which is empty', false],
      [repository({ identities }), 'is not opened by any key in "decryption-key"', true],
    ] as const
    for (const [own, why, hasKey] of cases) {
      const found = await unlock({ repository: own, manifest }, 'Monday-13-00')
      expect(found).toMatchObject({ hasKey, locked: { code: 'encrypted', what: expect.stringContaining(why) } })
      if ('locked' in found)
        for (const { recipient } of [one, other]) expect(found.locked.what).toContain(recipient.line)
    }
  })

  it('says when the manifest itself is damaged', async () => {
    const manifest = await encryptedManifest()
    const record = manifest.encryption
    if (record === undefined) throw new Error('not encrypted')
    const damaged = { ...manifest, encryption: { ...record, fingerprintKey: record.fingerprintKey.slice(0, -8) } }
    const found = await unlock({ repository: repository({ identities: [one.identity] }), manifest: damaged }, 'x')
    expect('locked' in found && found.locked.what).toMatch(/has a damaged "encryption" in its manifest/)
  })
})

describe('withSafetyEncryption', () => {
  const lines = async (own: Repository) => {
    const all = own.encryption?.record.recipients ?? []
    return all.map(line => (line === one.recipient.line ? 'one' : line === other.recipient.line ? 'other' : 'this run'))
  }

  it('keeps nothing plain where backups are encrypted, and readable for this run alone beside those who may', async () => {
    const recorded = [one.recipient.line, other.recipient.line]
    const identities = [one.identity]
    const cases = [
      [{ identities }, { recorded, isAuthentic: true }, ['one', 'other', 'this run']],
      // Whoever forged the manifest would read along.
      [{ identities }, { recorded, isAuthentic: false }, ['one', 'this run']],
      [{ identities }, { recorded: [], isAuthentic: false }, ['one', 'this run']],
      [{}, { recorded, isAuthentic: false }, ['one', 'other', 'this run']],
      [{}, { recorded: [], isAuthentic: false }, []],
    ] as const
    for (const [more, choice, readers] of cases) {
      const own = await withSafetyEncryption(repository(more), choice)
      expect(await lines(own)).toEqual(readers)
      if (readers.length === 0) continue
      const key = Buffer.from(own.encryption?.record.fingerprintKey ?? '', 'base64')
      expect(await openBytes(key, own.identities?.slice(-1) ?? [])).toHaveLength(32)
    }
  })
})

describe('the object that keys are tried on', () => {
  const key = encryptionTestKey('web1')

  it('is written once, again for other recipients and when it is gone, and is opened by each key', async () => {
    const own = repository({ encryption: await encryption() })
    const { store } = own
    const puts = () =>
      ('operations' in store ? (store as ReturnType<typeof memoryStore>).operations : []).filter(each =>
        each.startsWith('putText'),
      ).length
    expect(await writeEncryptionTest(own, undefined, clock)).toEqual([])
    await writeEncryptionTest(own, await encryptedManifest(), clock)
    expect(puts()).toBe(1)
    await writeEncryptionTest(own, await encryptedManifest([one]), clock)
    expect(puts()).toBe(2)
    await store.remove(key)
    await writeEncryptionTest(own, await encryptedManifest(), clock)
    const file = (await store.getText(key)) ?? ''
    for (const { identity } of [one, other])
      expect(await openText(file, [identity])).toBe(
        `This key opens the backups in ${store.name}, folder web1. Made 2026-11-23T13:05:02.120Z.\n`,
      )
    expect(armor.decode(file).length).toBeGreaterThan(200)
    expect(await writeEncryptionTest(repository(), undefined, clock)).toEqual([])
  })

  it('is a warning where it cannot be written', async () => {
    const store = memoryStore()
    store.failAlways('putText', /./, new StoreError('Access denied.', { code: 'AccessDenied', status: 403 }))
    const found = await writeEncryptionTest({ store, prefix: 'web1', encryption: await encryption() }, undefined, clock)
    expect(found).toMatchObject([{ code: 'encryption-test', level: 'warning' }])
  })

  it('shows a dry run whether its key is the right one', async () => {
    const { store } = repository()
    const identities = [one.identity]
    expect(await testKeys({ store, prefix: 'web1' })).toEqual({ findings: [], facts: [] })
    expect((await testKeys({ store, prefix: 'web1', identities })).facts).toEqual([
      expect.stringContaining('There is no'),
    ])
    await writeEncryptionTest({ store, prefix: 'web1', encryption: await encryption() }, undefined, clock)
    expect((await testKeys({ store, prefix: 'web1', identities })).facts).toEqual([
      expect.stringContaining('opens "web1/encryption-test.age"'),
    ])
    const wrong = await testKeys({ store, prefix: 'web1', identities: [(await anAgeKey()).identity] })
    expect(wrong).toMatchObject({ facts: [], findings: [{ code: 'encryption-test', level: 'warning' }] })
  })
})

describe('encryptionNews', () => {
  const shown = { isKnown: true, place: { bucket: 'acme' } }
  const codes = (found: readonly { code: string }[]) => found.map(({ code }) => code)

  it('says what there is to know of the keys when they are new, with the command that tries one', async () => {
    const own = repository({ encryption: await encryption() })
    const [begun, ...others] = encryptionNews(own, aManifest(), shown)
    expect(begun).toMatchObject({ code: 'encryption-begun', what: expect.stringContaining('2 keys') })
    expect(begun?.fix).toContain('aws s3 cp s3://acme/web1/encryption-test.age - | age -d -i key.txt')
    expect(others).toEqual([])
    expect(codes(encryptionNews(own, await encryptedManifest([one]), shown))).toEqual(['encryption-begun'])
    expect(encryptionNews(own, await encryptedManifest(), shown)).toEqual([])
    expect(encryptionNews(own, undefined, { ...shown, isKnown: false })).toEqual([])
  })

  it('warns of a single key, of one that old programs cannot open, and of one that no run has twice', async () => {
    const weak = await encryption([await anAgeKey('post-quantum')], { signer: undefined, place })
    const all = ['single-recipient', 'post-quantum', 'fingerprints-differ']
    expect(codes(encryptionNews(repository({ encryption: weak }), undefined, shown))).toEqual([
      'encryption-begun',
      ...all,
    ])
    expect(codes(encryptionReport(repository({ encryption: weak }), shown.place).findings)).toEqual(all)
  })

  it('warns once when encryption ended', async () => {
    expect(codes(encryptionNews(repository(), await encryptedManifest(), shown))).toEqual(['encryption-ended'])
    expect(encryptionNews(repository(), aManifest(), shown)).toEqual([])
  })
})
