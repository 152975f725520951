import { list } from '../../../../src/commands/list/list'
import type { ListReport } from '../../../../src/commands/list/list-report'
import { parseManifest, serializeManifest } from '../../../../src/repository/manifest/manifest-codec'
import { serializeProof } from '../../../../src/repository/manifest/proof'
import { slotKeys } from '../../../../src/repository/names/keys'
import { ActionError, UserError } from '../../../../src/runtime/errors'
import { StoreError } from '../../../../src/store/store-error'
import { type MemoryStore, memoryStore } from '../../../memory/memory-store'
import { type RecordingRuntime, recordingRuntime } from '../../recording-runtime'
import { aProof, asIntent, json, putPoint } from '../../repository/points'

const hourMs = 3_600_000
const prefix = 'web1'
const now = new Date('2026-11-25T17:00:00.000Z')
const denied = new StoreError('Access denied.', { code: 'AccessDenied', status: 403 })

let store: MemoryStore
let runtime: RecordingRuntime
beforeEach(() => {
  store = memoryStore({ name: 's3://acme', now: () => now })
  runtime = recordingRuntime({ now })
})

interface RequestedScope {
  maxAgeMs?: number
  expectEveryMs?: number
}

async function run(asked: RequestedScope = {}): Promise<{ report: ListReport; error: unknown }> {
  const inputs = {
    signing: {},
    s3: { bucket: 'acme', prefix, region: 'eu-central-1' },
    ...{ maxAgeMs: undefined, expectEveryMs: undefined, ...asked },
  }
  try {
    const { error, ...result } = await list(inputs, { runtime, repository: { store, prefix } })
    return { report: { ...empty, ...result }, error }
  } catch (error) {
    return { report: empty, error }
  }
}

const empty: ListReport = { store: { bucket: 'acme', prefix }, now, areSignaturesRequired: false, warnings: [] }

/** The hours up to 16:17, so many hours back each. */
async function hours(...back: number[]): Promise<void> {
  for (const each of back) {
    const takenAt = new Date(Date.parse('2026-11-25T16:17:00Z') - each * hourMs)
    const weekday = takenAt.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' })
    await putPoint(store, `${weekday}-${takenAt.toISOString().slice(11, 13)}-00`, takenAt.toISOString())
  }
}

describe('list', () => {
  it('shows the ring, the tiers, suspect, unfinished, lost, damaged and broken ones, the newest first', async () => {
    await hours(0, 1, 9 * 24)
    await putPoint(store, 'daily/2026-11-25', '2026-11-25T00:17:00.000Z')
    await putPoint(store, 'suspect/Wednesday-14-00', '2026-11-25T14:17:00.000Z')
    await putPoint(store, 'Wednesday-13-00', '2026-11-25T13:17:00.000Z', { without: ['database'] })
    for (const [slot, hour, isLost] of [
      ['Wednesday-12-00', 12, false],
      ['Wednesday-11-00', 11, true],
    ] as const) {
      const manifest = await putPoint(store, slot, `2026-11-25T${hour}:17:00.000Z`)
      const text = serializeManifest(isLost ? { ...manifest, state: 'publishing' } : asIntent(manifest))
      await store.putText(slotKeys(prefix, slot).manifest, text, json)
    }
    await store.putText(`${prefix}/Wednesday-10-00.manifest.json`, '{"format":"other"}', json)
    const { report, error } = await run()
    expect(error).toBeUndefined()
    expect(report.points?.map(({ name, verdict, isStale }) => [name, verdict, isStale])).toEqual([
      ['Wednesday-16-00', 'good', false],
      ['Wednesday-15-00', 'good', false],
      ['suspect/Wednesday-14-00', 'suspect', false],
      ['Wednesday-13-00', 'damaged', false],
      ['Wednesday-12-00', 'unfinished', false],
      ['Wednesday-11-00', 'lost', false],
      ['daily/2026-11-25', 'good', false],
      ['Monday-16-00', 'good', true],
      ['Wednesday-10-00', 'unreadable', false],
    ])
    expect(report.warnings).toEqual([
      {
        code: 'not-restorable',
        level: 'warning',
        what: '4 of 9 recovery points cannot be restored: Wednesday-13-00 (damaged), Wednesday-12-00 (unfinished), Wednesday-11-00 (lost), Wednesday-10-00 (unreadable). The log says why.',
      },
    ])
    const log = runtime.lines.map(({ text }) => text)
    expect(log).toContain('9 recovery points')
    expect(log.filter(line => /^[\w/-]+: \w+, /.test(line))).toHaveLength(9)
    expect(log.find(line => line.startsWith('Wednesday-13-00: damaged'))).toContain('.database.sql.gz" is missing')
  })

  it('shows what is proven', async () => {
    await hours(0)
    const { manifest } = slotKeys(prefix, 'Wednesday-16-00')
    const text = await store.getText(manifest)
    const artifacts = await Promise.all(
      parseManifest(text ?? '', manifest).artifacts.map(async ({ key, sha256 }) => {
        const listed = await store.head(key)
        return { key, sha256, etag: listed?.etag ?? '' }
      }),
    )
    const proof = aProof({ slot: 'Wednesday-16-00', takenAt: '2026-11-25T16:17:00.000Z', artifacts })
    await store.putText(`${prefix}/Wednesday-16-00.proof.json`, serializeProof(proof), json)
    const { report } = await run()
    expect(report.points?.[0]?.proof).toEqual({
      kind: 'proven',
      provenAt: new Date('2026-11-24T04:45:00.000Z'),
      restoreSeconds: 98.4,
    })
  })

  it('counts the age of a manifest from a clock that runs ahead from when it was stored', async () => {
    await putPoint(store, 'Monday', '2099-01-01T00:00:00.000Z')
    expect((await run()).report.points?.[0]?.facts?.takenAt).toEqual(now)
  })

  it('ends without a word about a full ring, and about an empty one with a warning', async () => {
    await hours(0, 1, 2)
    expect(await run({ maxAgeMs: 2 * hourMs, expectEveryMs: hourMs })).toMatchObject({
      ...{ error: undefined, report: { warnings: [], expected: { count: 3, missing: [] } } },
    })
    store = memoryStore({ name: 's3://acme' })
    expect(await run()).toMatchObject({
      error: undefined,
      report: {
        points: [],
        warnings: [
          {
            code: 'nothing-good',
            level: 'warning',
            what: 'There is no good recovery point under "web1/" in s3://acme: nothing is there.',
          },
        ],
      },
    })
  })

  it('reads only', async () => {
    await hours(0, 1)
    const before = store.operations.length
    await run({ maxAgeMs: hourMs, expectEveryMs: hourMs })
    const asked = store.operations.slice(before).map(operation => operation.split(' ')[0])
    expect(new Set(asked)).toEqual(new Set(['list', 'getText']))
  })
})

describe('max-age', () => {
  it('fails when the newest good one is older, whatever is newer and not good; the report is filled all the same', async () => {
    await hours(3, 4)
    await putPoint(store, 'suspect/Wednesday-16-00', '2026-11-25T16:17:00.000Z')
    const { report, error } = await run({ maxAgeMs: 2 * hourMs, expectEveryMs: hourMs })
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /^The newest good recovery point, Wednesday-13-00, was taken 3 h 43 m ago .*"max-age" is 2 h\. Not counted: suspect\/Wednesday-16-00/,
      ),
    })
    expect(report.points).toHaveLength(3)
    expect(report.expected?.missing).toHaveLength(3)
    expect(report.warnings.map(({ code }) => code)).toEqual(['recovery-points-missing'])
  })

  it('takes one of a tier for a good one', async () => {
    await putPoint(store, 'daily/2026-11-25', '2026-11-25T16:17:00.000Z')
    expect((await run({ maxAgeMs: 2 * hourMs })).error).toBeUndefined()
  })

  it('fails when there is none, with what is there and what to do', async () => {
    const empty = await run({ maxAgeMs: hourMs })
    expect(empty.error).toBeInstanceOf(UserError)
    expect(empty.error).toMatchObject({
      message: 'There is no good recovery point under "web1/" in s3://acme: nothing is there.',
      advice: expect.stringMatching(/^Check the inputs "s3-bucket" and "s3-prefix".*60 days without activity/),
    })
    expect(empty.report.points).toEqual([])
    await store.putText(`${prefix}/Monday.manifest.json`, '{', json)
    const broken = await run({ maxAgeMs: hourMs })
    expect(broken.error).toMatchObject({
      message: 'There is no good recovery point under "web1/" in s3://acme; 1 other is there.',
      advice: expect.stringMatching(/^Check the runs of the backup workflow.*Monday \(unreadable, of unknown age\)\.$/),
    })
    expect(broken.report.warnings.map(({ code }) => code)).toEqual(['not-restorable'])
  })
})

describe('expect-every', () => {
  it('names the missing hours in a warning, and fails nothing', async () => {
    await hours(0, 1, 4, 6, 7)
    const { report, error } = await run({ expectEveryMs: hourMs })
    expect(error).toBeUndefined()
    expect(report.warnings).toEqual([
      {
        code: 'recovery-points-missing',
        level: 'warning',
        what: '3 of 8 periods of 1 h have no good recovery point; those that begin at 2026-11-25T13:00:00Z to 2026-11-25T14:00:00Z (2), 2026-11-25T11:00:00Z.',
      },
    ])
  })

  it('names the ten newest stretches of many', async () => {
    await hours(...Array.from({ length: 15 }, (_, index) => 2 * index))
    const { report } = await run({ expectEveryMs: hourMs })
    expect(report.expected?.missing).toHaveLength(14)
    expect(report.warnings[0]?.what).toMatch(
      /^14 of 29 periods of 1 h .* begin at 2026-11-25T15:00:00Z, .* and 4 more\.$/,
    )
  })
})

describe('a store that does not answer as hoped', () => {
  it('is an error when it may not be listed', async () => {
    await hours(0)
    store.failAlways('list', /./, denied)
    const { report, error } = await run()
    expect(error).toBe(denied)
    expect(report.points).toBeUndefined()
  })

  it('is an error when not one manifest may be read', async () => {
    await hours(0, 1)
    store.failAlways('getText', /./, denied)
    const { report, error } = await run()
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({
      message: 'Not one of 2 manifests may be read: these credentials lack s3:GetObject.',
      advice: expect.stringContaining('arn:aws:s3:::acme/web1/*'),
    })
    expect(report.points?.map(({ verdict }) => verdict)).toEqual(['denied', 'denied'])
  })

  it('is a warning when one of several may not be read', async () => {
    await hours(0, 1)
    store.failAlways('getText', /Wednesday-16/, denied)
    const { report, error } = await run()
    expect(error).toBeUndefined()
    expect(report.warnings.map(({ code }) => code)).toEqual(['not-restorable'])
  })

  it('is told to stop', async () => {
    await hours(0, 1)
    runtime.stop(new Error('stop'))
    const { report, error } = await run()
    expect(error).toEqual(new Error('stop'))
    expect(error).not.toBeInstanceOf(ActionError)
    expect(report.points).toBeUndefined()
  })
})

describe('list on a machine whose clock is wrong', () => {
  it.each([-30 * 24 * hourMs, 30 * 24 * hourMs])('counts ages by the store, and says so: %s ms', async aheadMs => {
    await hours(3)
    const here = new Date(now.getTime() + aheadMs)
    const own = recordingRuntime({ now: here })
    const asked = memoryStore({ now: () => now, clock: own.clock })
    for (const key of store.keys()) {
      await asked.putText(key, store.bytes(key)?.toString() ?? '', { contentType: 'text/plain' })
    }
    const inputs = { signing: {}, s3: { bucket: 'acme', prefix, region: 'eu-central-1' }, expectEveryMs: undefined }
    const { error, points, warnings } = await list(
      { ...inputs, maxAgeMs: 2 * hourMs },
      { runtime: own, repository: { store: asked, prefix } },
    )
    expect(points).toHaveLength(1)
    expect(error?.message).toMatch(/was taken 3 h( \d+ m)? ago/)
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'clock', level: 'warning' }))
  })
})
