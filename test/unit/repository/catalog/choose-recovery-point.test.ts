import { chooseRecoveryPoint } from '../../../../src/repository/catalog/choose-recovery-point'
import { serializeManifest } from '../../../../src/repository/manifest/manifest-codec'
import { slotKeys } from '../../../../src/repository/names/keys'
import { parseSnapshotChoice } from '../../../../src/repository/names/snapshot-choice'
import { ActionError, UserError } from '../../../../src/runtime/errors'
import { StoreError } from '../../../../src/store/store-error'
import { type MemoryStore, memoryStore } from '../../../memory/memory-store'
import { clockAt } from '../../clock-at'
import { asIntent, json, putPoint } from '../points'
import { answering } from '../ring'

const prefix = 'web1'
const now = new Date('2026-11-25T17:00:00.000Z')
const denied = new StoreError('Access denied.', { code: 'AccessDenied', status: 403, advice: 'Allow it.' })

let store: MemoryStore
beforeEach(() => {
  store = memoryStore({ name: 's3://acme', now: () => now })
})

const choose = (text: string, from = store) =>
  chooseRecoveryPoint({ store: from, prefix }, parseSnapshotChoice(text), clockAt(now))

async function refusal(text: string, from = store): Promise<ActionError> {
  const error = await choose(text, from).catch((thrown: unknown) => thrown)
  if (!(error instanceof ActionError)) throw new Error('It was not refused.')
  return error
}

/** Three good hours, a copy of the oldest in a tier, and one a day older there. */
async function aRing(): Promise<void> {
  await putPoint(store, 'daily/2026-11-24', '2026-11-24T09:17:00.000Z')
  await putPoint(store, 'daily/2026-11-25', '2026-11-25T14:17:00.000Z')
  await putPoint(store, 'Wednesday-14-00', '2026-11-25T14:17:00.000Z')
  await putPoint(store, 'Wednesday-15-00', '2026-11-25T15:17:00.000Z')
  await putPoint(store, 'Wednesday-16-00', '2026-11-25T16:17:00.000Z')
}

describe('latest', () => {
  it('is the newest good one, found by two listings and, mostly, one manifest', async () => {
    const clock = { time: Date.parse('2026-11-25T12:17:00.000Z') }
    store = memoryStore({ name: 's3://acme', now: () => new Date(clock.time) })
    for (const hour of [12, 13, 14, 15, 16]) {
      await putPoint(store, `Wednesday-${hour}-00`, new Date(clock.time).toISOString())
      clock.time += 60 * 60 * 1000
    }
    const before = store.operations.length
    const chosen = await choose('latest')
    expect(chosen).toMatchObject({
      name: 'Wednesday-16-00',
      repository: { prefix },
      slot: 'Wednesday-16-00',
      warnings: [],
    })
    expect(chosen.manifest.startedAt).toBe('2026-11-25T16:17:00.000Z')
    expect(store.operations.slice(before)).toEqual([
      'list web1/',
      'list web1/manual/',
      'getText web1/Wednesday-16-00.manifest.json',
      'getText web1/Wednesday-16-00.manifest.json.sig',
    ])
  })

  it.each([
    ['a good one that is older', '2026-11-25T15:17:00.000Z', 'Wednesday-15-00'],
    ['one of a tier', '2026-11-25T14:17:00.000Z', 'daily/2026-11-25'],
  ])('says what could not be read and may be newer, when it takes %s', async (_, takenAt, name) => {
    await putPoint(store, name, takenAt)
    await store.putText(slotKeys(prefix, 'Wednesday-16-00').manifest, '{', json)
    const chosen = await choose('latest')
    expect(chosen).toMatchObject({
      name,
      warnings: [{ code: 'manifest-unreadable', level: 'warning', what: expect.stringContaining('Wednesday-16-00') }],
    })
  })

  it('is decided by what manifests say, never by names', async () => {
    await putPoint(store, 'Wednesday-16-00', '2026-11-18T16:17:00.000Z')
    await putPoint(store, 'Monday-03-00', '2026-11-23T03:17:00.000Z')
    expect((await choose('latest')).name).toBe('Monday-03-00')
  })

  it('passes suspect, unfinished and broken ones by', async () => {
    await aRing()
    await putPoint(store, 'suspect/Wednesday-17-00', '2026-11-25T16:59:00.000Z', {
      manifest: { verdict: 'suspect' },
    })
    await store.putText(`${prefix}/Wednesday-17-00.manifest.json`, '{', json)
    const intent = asIntent(await putPoint(store, 'Wednesday-13-00', '2026-11-25T16:58:00.000Z'))
    await store.putText(slotKeys(prefix, intent.slot).manifest, serializeManifest(intent), json)
    expect((await choose('latest')).name).toBe('Wednesday-16-00')
  })

  it('is of a tier when the ring has no good one', async () => {
    await putPoint(store, 'daily/2026-11-23', '2026-11-23T00:17:00.000Z')
    await putPoint(store, 'monthly/2026-11', '2026-11-01T00:17:00.000Z')
    expect(await choose('latest')).toMatchObject({
      name: 'daily/2026-11-23',
      repository: { prefix },
      slot: 'daily/2026-11-23',
    })
  })

  it('says that it is old when no backup has succeeded for a week', async () => {
    await putPoint(store, 'Monday-13-00', '2026-11-16T13:17:00.000Z')
    expect((await choose('latest')).warnings).toEqual([
      {
        code: 'snapshot-stale',
        level: 'warning',
        what: 'Monday-13-00 was last written 9 d 4 h ago, at 2026-11-16T13:17:00.000Z. It is the newest good one: no backup has succeeded since.',
      },
    ])
  })

  it('says that nothing is there, and where it looked', async () => {
    const error = await refusal('latest')
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toBe('There is no good recovery point under "web1/" in s3://acme: nothing is there.')
    expect(error.advice).toContain('"s3-bucket" and "s3-prefix"')
  })

  it('says what is there when none of it is good', async () => {
    await putPoint(store, 'suspect/Monday-13-00', '2026-11-23T13:17:00.000Z', {
      manifest: { verdict: 'suspect' },
    })
    await store.putText(`${prefix}/Tuesday-01-00.manifest.json`, 'garbage', json)
    const error = await refusal('latest')
    expect(error.message).toBe('There is no good recovery point under "web1/" in s3://acme; 2 others are there.')
    expect(error.advice).toBe(
      'There are, newest first: suspect/Monday-13-00 (suspect, taken 2026-11-23T13:17:00Z, 2 d 4 h ago), Tuesday-01-00 (unreadable, of unknown age).',
    )
  })

  it('names the right that is lacking to list, and to read', async () => {
    await aRing()
    store.failAlways('list', /./, denied)
    expect(await refusal('latest')).toBe(denied)
    store.heal()
    store.failAlways('getText', /./, denied)
    expect((await refusal('latest')).advice).toContain('may not read 5 of their manifests: allow s3:GetObject')
  })
})

describe('a time', () => {
  it.each([
    ['2026-11-25T16:17:00Z', 'Wednesday-16-00'],
    ['2026-11-25T16:16:59Z', 'Wednesday-15-00'],
    ['2026-11-25T17:16:59+01:00', 'Wednesday-15-00'],
    ['2026-11-25T14:17:00Z', 'Wednesday-14-00'],
    ['2026-11-25T14:16:59Z', 'daily/2026-11-24'],
    ['2027-01-01T00:00:00Z', 'Wednesday-16-00'],
  ])('%s: the newest good one at or before it, the ring before a copy', async (text, name) => {
    await aRing()
    expect(await choose(text)).toMatchObject({ name, slot: name, repository: { prefix }, warnings: [] })
  })

  it('never takes a suspect, damaged, unfinished or lost one', async () => {
    await aRing()
    await putPoint(store, 'suspect/Wednesday-16-00', '2026-11-25T16:30:00.000Z')
    await putPoint(store, 'Wednesday-13-00', '2026-11-25T16:31:00.000Z', { without: ['codebase'] })
    for (const [slot, change] of [
      ['Wednesday-12-00', asIntent],
      [
        'Wednesday-11-00',
        (manifest: Parameters<typeof asIntent>[0]) => ({ ...manifest, state: 'publishing' as const }),
      ],
    ] as const) {
      const manifest = change(await putPoint(store, slot, '2026-11-25T16:32:00.000Z'))
      await store.putText(slotKeys(prefix, slot).manifest, serializeManifest(manifest), json)
    }
    expect((await choose('2026-11-25T16:59:00Z')).name).toBe('Wednesday-16-00')
  })

  it('before all of them lists what there is', async () => {
    await aRing()
    const error = await refusal('2020-01-01T00:00:00Z')
    expect(error.message).toBe(
      'There is no good recovery point at or before 2020-01-01T00:00:00.000Z under "web1/" in s3://acme; 5 others are there.',
    )
    expect(error.advice).toMatch(
      /^There are, newest first: Wednesday-16-00 \(taken 2026-11-25T16:17:00Z, 43 m ago\), Wednesday-15-00 .* daily\/2026-11-24 \(taken 2026-11-24T09:17:00Z, 1 d 8 h ago\)\.$/,
    )
  })

  it('is refused when the one that was found is replaced meanwhile', async () => {
    await aRing()
    let reads = 0
    const moving = answering(store, {
      async getText(key) {
        if (key.endsWith('Wednesday-16-00.manifest.json') && ++reads === 2)
          await putPoint(store, 'Wednesday-16-00', '2026-11-25T16:59:00.000Z')
        return store.getText(key)
      },
    })
    const choice = parseSnapshotChoice('2026-11-25T16:30:00Z')
    await expect(chooseRecoveryPoint({ store: moving, prefix }, choice, clockAt(now))).rejects.toThrow(
      'The recovery point Wednesday-16-00 is being replaced at this very moment.',
    )
  })
})

describe('a name', () => {
  it.each([
    ['Wednesday-15-00', prefix, 'Wednesday-15-00'],
    ['daily/2026-11-24', prefix, 'daily/2026-11-24'],
  ])('is taken as it is: %s', async (name, place, slot) => {
    await aRing()
    const before = store.operations.length
    expect(await choose(name)).toMatchObject({
      name,
      repository: { prefix: place },
      slot,
      manifest: { slot },
      warnings: [],
    })
    expect(store.operations.slice(before)).toEqual([
      `getText web1/${name}.manifest.json`,
      `getText web1/${name}.manifest.json.sig`,
      `head web1/${name}.manifest.json`,
    ])
  })

  it('is as old as its manifest when it says that it is from the future, and that is told', async () => {
    await putPoint(store, 'Wednesday-18-00', '2026-11-25T18:00:00.000Z')
    expect(await choose('Wednesday-18-00')).toMatchObject({
      takenAt: now,
      warnings: [{ code: 'recovery-point-future', what: expect.stringContaining('stored 1 h before that') }],
    })
  })

  it('of a suspect one is taken with a warning', async () => {
    await putPoint(store, 'suspect/Monday-13-00', '2026-11-23T13:17:00.000Z', {
      manifest: { verdict: 'suspect' },
    })
    expect(await choose('suspect/Monday-13-00')).toMatchObject({
      name: 'suspect/Monday-13-00',
      repository: { prefix: 'web1/suspect' },
      slot: 'Monday-13-00',
      warnings: [
        {
          code: 'snapshot-suspect',
          level: 'warning',
          what: expect.stringContaining('suspect/Monday-13-00 is suspect'),
        },
      ],
    })
  })

  it('works at the root of a bucket', async () => {
    await putPoint(store, 'Monday-13-00', '2026-11-23T13:17:00.000Z', { prefix: '' })
    await putPoint(store, 'suspect/Monday-14-00', '2026-11-23T14:17:00.000Z', { prefix: '' })
    const at = (text: string) => chooseRecoveryPoint({ store, prefix: '' }, parseSnapshotChoice(text), clockAt(now))
    expect(await at('Monday-13-00')).toMatchObject({ repository: { prefix: '' } })
    expect(await at('suspect/Monday-14-00')).toMatchObject({
      repository: { prefix: 'suspect' },
      slot: 'Monday-14-00',
    })
    expect((await at('2026-11-23T15:00:00Z')).name).toBe('Monday-13-00')
  })

  it('of a slot that was skipped says its true age', async () => {
    await putPoint(store, 'Monday-13-00', '2026-11-16T13:17:00.000Z')
    await putPoint(store, '2026-11-16', '2026-11-16T13:17:00.000Z')
    expect((await choose('Monday-13-00')).warnings).toEqual([
      {
        code: 'snapshot-stale',
        level: 'warning',
        what: 'Monday-13-00 was last written 9 d 4 h ago, at 2026-11-16T13:17:00.000Z. A slot whose turn is skipped keeps what it held before.',
      },
    ])
    expect((await choose('2026-11-16')).warnings).toEqual([])
  })

  it.each<[string, string]>([
    ['Wednesday', 'Wednesday-16-00'],
    ['wednesday-16-00', 'Wednesday-16-00'],
    ['Wed-16-00', 'Wednesday-16-00'],
    ['16-00', 'Wednesday-16-00'],
    ['Wednesday-16-00-00', 'Wednesday-16-00'],
    ['2026-11-24', 'daily/2026-11-24'],
  ])('that is half a name is answered with what may be meant: %s', async (name, meant) => {
    await aRing()
    const error = await refusal(name)
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toBe(`There is no recovery point "${name}" under "web1/" in s3://acme; 5 others are there.`)
    expect(error.advice).toMatch(new RegExp(`^Perhaps you mean: ${meant} \\(taken 2026-11-2`))
    expect(error.detail).toHaveLength(5)
  })

  it('that is a day also gets the way to write a time', async () => {
    await aRing()
    expect((await refusal('2026-11-25')).advice).toMatch(
      /^Perhaps you mean: daily\/2026-11-25 .*\. For the newest one of that day write a time: 2026-11-25T23:59:59Z\.$/,
    )
  })

  it('that is like nothing gets the ten newest, and all of them in the log', async () => {
    for (const hour of Array.from({ length: 14 }, (_, index) => String(index).padStart(2, '0')))
      await putPoint(store, `Wednesday-${hour}-00`, `2026-11-25T${hour}:17:00.000Z`)
    const error = await refusal('Sommerzeit')
    const named = error.advice?.match(/Wednesday-\d\d-00/g) ?? []
    expect(named).toHaveLength(10)
    expect(named[0]).toBe('Wednesday-13-00')
    expect(error.advice).toMatch(/\) and 4 more\.$/)
    expect(error.detail).toHaveLength(14)
    expect(error.detail[13]).toBe('Wednesday-00-00 (taken 2026-11-25T00:17:00Z, 16 h 43 m ago)')
  })

  it.each<[string, (text: string) => string, RegExp]>([
    ['is no JSON', () => '{', /cannot be restored: The manifest .* is not JSON/],
    ['is of another program', () => '{"format":"other/1"}', /is not a manifest of make-a-backup/],
    [
      'is of a later version',
      text => text.replace('make-a-backup/1', 'make-a-backup/2'),
      /has the format "make-a-backup\/2"; this version reads "make-a-backup\/1"/,
    ],
    [
      'is that of another slot',
      text => text.replace('"slot": "Monday-13-00"', '"slot": "Monday-12-00"'),
      /is that of another slot, "Monday-12-00"/,
    ],
    ['lacks a field', text => text.replace('"host"', '"guest"'), /is damaged: host/],
  ])('whose manifest %s is refused', async (_, change, message) => {
    await putPoint(store, 'Monday-13-00', '2026-11-23T13:17:00.000Z')
    const { manifest: key } = slotKeys(prefix, 'Monday-13-00')
    await store.putText(key, change((await store.getText(key)) ?? ''), json)
    const error = await refusal('Monday-13-00')
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toMatch(message)
  })

  it('of an unfinished one, and of a lost one, is refused', async () => {
    const manifest = await putPoint(store, 'Monday-13-00', '2026-11-23T13:17:00.000Z')
    const { manifest: key } = slotKeys(prefix, 'Monday-13-00')
    await store.putText(key, serializeManifest(asIntent(manifest)), json)
    expect((await refusal('Monday-13-00')).message).toMatch(/^The recovery point Monday-13-00 is unfinished: /)
    await store.putText(key, serializeManifest({ ...manifest, state: 'publishing' }), json)
    expect((await refusal('Monday-13-00')).message).toMatch(/^The recovery point Monday-13-00 is unfinished and lost: /)
  })

  it('of one that may not be read names the key and both rights', async () => {
    await aRing()
    store.failAlways('getText', /./, denied)
    const error = await refusal('Wednesday-16-00')
    expect(error.message).toBe('The credentials may not read "web1/Wednesday-16-00.manifest.json".')
    expect(error.advice).toMatch(/s3:GetObject.*s3:ListBucket/)
  })
})
