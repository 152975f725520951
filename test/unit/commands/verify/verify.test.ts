import { beginAttempt } from '../../../../src/commands/attempt'
import type { DrillResult, PointToDrill } from '../../../../src/commands/verify/point'
import { verify } from '../../../../src/commands/verify/verify'
import { isProven, type VerifyAttempt, type VerifyFacts } from '../../../../src/commands/verify/verify-result'
import { problem, warning } from '../../../../src/findings/finding'
import { loadVerifyInputs } from '../../../../src/inputs/verify'
import type { Manifest } from '../../../../src/repository/manifest/manifest'
import { parseProof } from '../../../../src/repository/manifest/proof'
import { slotKeys } from '../../../../src/repository/names/keys'
import type { Store } from '../../../../src/store/store'
import { StoreError } from '../../../../src/store/store-error'
import { type MemoryStore, memoryStore } from '../../../memory/memory-store'
import { type RecordingRuntime, recordingRuntime } from '../../recording-runtime'
import { answering } from '../../repository/ring'
import { ordersDump, type PointOptions, prefix, putBytes, storePoint } from '../stored-point'

let store: MemoryStore
let runtime: RecordingRuntime
let attempt: VerifyAttempt
let drilled: PointToDrill[]
let drillResult: DrillResult
/** What it was told to wait; the clock goes on by that. */
let waits: number[]
let whileWaiting: () => Promise<unknown>

beforeEach(() => {
  let storedMs = Date.parse('2026-11-23T22:00:00Z')
  const now = () => {
    storedMs += 1000
    return new Date(storedMs)
  }
  store = memoryStore({ minPartBytes: 1, now })
  drilled = []
  waits = []
  whileWaiting = async () => {}
  drillResult = {
    ...{ findings: [], restoreSeconds: 12, tables: 1, files: 1, warnings: [] },
    shown: { phases: [], checks: [] },
  }
})

async function run(inputs: Readonly<Record<string, string>> = {}, over: Store = store): Promise<VerifyFacts> {
  runtime = recordingRuntime({
    inputs: { 's3-bucket': 'acme', 's3-region': 'eu-central-1', 's3-prefix': prefix, ...inputs },
    now: '2026-11-23T14:00:00Z',
  })
  attempt = beginAttempt<VerifyFacts>(runtime)
  const drill = async (point: PointToDrill) => {
    drilled.push(point)
    return drillResult
  }
  const wait = async (ms: number) => {
    waits.push(ms)
    runtime.advance(ms)
    await whileWaiting()
  }
  return verify(loadVerifyInputs(runtime, {}), { runtime, repository: { store: over, prefix }, drill, wait }, attempt)
}

/** A slot for each hour of that Monday. */
const hour = (at: number): PointOptions => ({
  slot: `Monday-${String(at).padStart(2, '0')}-00`,
  startedAt: `2026-11-23T${String(at).padStart(2, '0')}:05:00.000Z`,
  runId: String(100 + at),
  dump: ordersDump(`INSERT INTO \`orders\` VALUES (${at});\n`),
})

const points = () => attempt.facts.points ?? []
const codes = () => points().map(({ name, findings }) => [name, ...findings.map(({ code }) => code)])

async function failure(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Error)) throw new Error('Nothing was thrown.')
  return error
}

function held(key: string): Buffer {
  const bytes = store.bytes(key)
  if (bytes === undefined) throw new Error(`There is no "${key}".`)
  return bytes
}

/** Flips a bit, and leaves everything else as it is. */
async function flip(manifest: Manifest, index = 0): Promise<string> {
  const key = manifest.artifacts[index]?.key ?? ''
  const bytes = Buffer.from(held(key))
  bytes.writeUInt8(bytes.readUInt8(40) ^ 4, 40)
  await putBytes(store, key, bytes, (await store.head(key))?.metadata)
  return key
}

describe('verify', () => {
  it('reads the newest good recovery point, and finds nothing', async () => {
    await storePoint(store, hour(12))
    const newest = await storePoint(store, hour(13))
    await run()
    expect(isProven({ points: [], ...attempt.facts })).toBe(true)
    expect(points()).toEqual([
      {
        ...{ name: 'Monday-13-00', status: 'proven', verdict: 'good', takenAt: newest.startedAt },
        ...{ objects: 2, findings: [], durationMs: 0 },
        storedBytes: newest.artifacts.reduce((sum, { bytes }) => sum + bytes, 0),
      },
    ])
    expect(drilled).toEqual([])
  })

  it('reads nothing at level stored', async () => {
    await storePoint(store, hour(13))
    await run({ level: 'stored' })
    expect(isProven({ points: [], ...attempt.facts })).toBe(true)
    expect(store.operations.filter(operation => operation.startsWith('get '))).toEqual([])
  })

  it('reads one by its name', async () => {
    await storePoint(store, hour(12))
    await storePoint(store, hour(13))
    await run({ snapshot: 'Monday-12-00' })
    expect(codes()).toEqual([['Monday-12-00']])
  })

  it('throws the first finding, says how many there are, and names one that is sound', async () => {
    const broken = await storePoint(store, hour(13))
    await storePoint(store, hour(12))
    const key = await flip(broken)
    await store.remove(broken.artifacts[1]?.key ?? '')
    const error = await failure(run({ snapshot: 'all' }))
    expect(error.message).toContain(`Monday-13-00 is not proven: "${key}" has another sha256 than its manifest says`)
    expect(error).toHaveProperty('faults.length', 3)
    expect(error).toMatchObject({
      advice: expect.stringContaining('of those verified here, Monday-12-00 is proven'),
    })
    expect(codes()).toEqual([['Monday-12-00'], ['Monday-13-00', 'checksum', 'damaged', 'missing']])
    expect(isProven({ points: [], ...attempt.facts })).toBe(false)
    const told = runtime.lines.map(({ text }) => text).join('\n')
    expect(told).toContain(`  checksum: "${key}" has another sha256`)
    expect(told).toContain('Monday-12-00: proven, taken 1 h 55 m ago, 2 objects')
  })

  it('verifies the ring, the tiers and the suspect ones, whatever else lies there', async () => {
    for (const at of [11, 12, 13]) await storePoint(store, hour(at))
    await storePoint(store, { ...hour(9), slot: 'daily/2026-11-23' })
    await storePoint(store, { ...hour(10), prefix: `${prefix}/suspect`, verdict: 'suspect' })
    await putBytes(store, `${prefix}/before-restore/2026-11-23.shop.database.sql.gz`, Buffer.from('x'))
    await putBytes(store, `${prefix}/README.md`, Buffer.from('x'))
    await putBytes(store, 'elsewhere/Monday-13-00.manifest.json', Buffer.from('x'))
    await run({ snapshot: 'all' })
    expect(isProven({ points: [], ...attempt.facts })).toBe(true)
    expect(points().map(({ name, verdict }) => [name, verdict])).toEqual([
      ['Monday-13-00', 'good'],
      ['Monday-12-00', 'good'],
      ['Monday-11-00', 'good'],
      ['daily/2026-11-23', 'good'],
      ['suspect/Monday-10-00', 'suspect'],
    ])
  })

  it('says of what cannot be verified why', async () => {
    await storePoint(store, {
      ...hour(10),
      edit: manifest => {
        manifest.artifacts = []
      },
    })
    await storePoint(store, hour(8))
    store.archive(slotKeys(prefix, 'Monday-08-00').manifest)
    await putBytes(store, slotKeys(prefix, 'Monday-09-00').manifest, Buffer.alloc(9_000_000))
    await storePoint(store, { ...hour(11), edit: unfinished })
    await storePoint(store, {
      ...hour(12),
      edit: manifest => {
        manifest.state = 'publishing'
      },
    })
    await putBytes(store, slotKeys(prefix, 'Monday-13-00').manifest, Buffer.from('{"format":"make-a-backup/2"}'))
    const error = await failure(run({ snapshot: 'all' }))
    expect(codes()).toEqual([
      ['Monday-13-00', 'unreadable'],
      ['Monday-12-00', 'unfinished'],
      ['Monday-11-00', 'unfinished'],
      ['Monday-09-00', 'unreadable'],
      ['Monday-08-00', 'unreadable'],
      ['Monday-10-00', 'empty'],
    ])
    expect(error.message).toContain('has the format "make-a-backup/2"')
  })

  it('looks once more at what was unfinished, when all others are through', async () => {
    await storePoint(store, hour(12))
    await storePoint(store, { ...hour(13), edit: unfinished })
    const finishing = answering(store, {
      get: async (key, which) => {
        await storePoint(store, hour(13))
        return store.get(key, which)
      },
    })
    await run({ snapshot: 'all' }, finishing)
    expect(codes()).toEqual([['Monday-13-00'], ['Monday-12-00']])
  })

  const publishing = (since: string) => ({
    ...hour(13),
    edit: (manifest: Manifest) => {
      unfinished(manifest)
      manifest.finishedAt = since
    },
  })

  it('waits for a backup that is publishing', async () => {
    await storePoint(store, publishing('2026-11-23T13:59:58Z'))
    whileWaiting = async () => (waits.length < 2 ? undefined : storePoint(store, hour(13)))
    await run({ snapshot: 'all', level: 'stored' })
    expect(codes()).toEqual([['Monday-13-00']])
    expect(waits).toEqual([30_000, 30_000])
  })

  it('waits for no run that died, and for none for ever', async () => {
    await storePoint(store, publishing('2026-11-23T13:40:00Z'))
    await failure(run({ snapshot: 'all', level: 'stored' }))
    expect([waits, codes()]).toEqual([[], [['Monday-13-00', 'unfinished']]])
    await storePoint(store, publishing('2026-11-23T13:59:58Z'))
    await failure(run({ snapshot: 'all', level: 'stored' }))
    expect([waits, codes()]).toEqual([[30_000, 30_000], [['Monday-13-00', 'unfinished']]])
  })

  it('begins anew with a slot that a backup wrote meanwhile', async () => {
    await storePoint(store, hour(13))
    let hasWritten = false
    const busy = answering(store, {
      get: async (key, which) => {
        if (!hasWritten) {
          hasWritten = true
          await storePoint(store, { ...hour(14), slot: 'Monday-13-00' })
        }
        return store.get(key, which)
      },
    })
    await run({}, busy)
    expect(points()).toMatchObject([{ status: 'proven', takenAt: '2026-11-23T14:05:00.000Z' }])
  })

  it('leaves out an entry that was removed meanwhile, and fails when nothing is left', async () => {
    await storePoint(store, hour(12))
    await storePoint(store, hour(13))
    const pruning = answering(store, {
      getText: async key => (key.includes('Monday-12') ? undefined : store.getText(key)),
    })
    await run({ snapshot: 'all' }, pruning)
    expect(codes()).toEqual([['Monday-13-00']])
    expect(isProven({ points: [], ...attempt.facts })).toBe(true)
    const empty = answering(store, { getText: async () => undefined })
    expect((await failure(run({ snapshot: 'all' }, empty))).message).toContain(
      'was removed before it could be verified',
    )
    expect(isProven({ points: [], ...attempt.facts })).toBe(false)
  })

  it('fails where there is nothing', async () => {
    const error = await failure(run({ snapshot: 'all' }))
    expect(error.message).toBe(`There is no recovery point under "${prefix}/" in memory://bucket.`)
  })

  it('stops everything when the store gives no answer, and keeps what was found until then', async () => {
    for (const at of [10, 11, 12, 13]) await storePoint(store, hour(at))
    const down = new StoreError('down', { code: 'InternalError', status: 500 })
    store.failAlways('getText', /Monday-1[01]/, down)
    await expect(run({ snapshot: 'all' })).rejects.toBe(down)
    expect(attempt.facts.requested).toBe(4)
    expect(isProven({ points: [], ...attempt.facts })).toBe(false)
  })

  it('stops when it is told to', async () => {
    await storePoint(store, hour(13))
    const reason = new Error('cancelled')
    const stopping = answering(store, {
      get: async (key, which) => {
        runtime.stop(reason)
        return store.get(key, which)
      },
    })
    await expect(run({}, stopping)).rejects.toBe(reason)
  })

  it('reads no more than four objects at once', async () => {
    for (let at = 10; at < 22; at++) await storePoint(store, hour(at))
    let open = 0
    let mostOpen = 0
    const counting = answering(store, {
      get: async (key, which) => {
        const stream = await store.get(key, which)
        mostOpen = Math.max(mostOpen, ++open)
        stream?.once('close', () => open--)
        return stream
      },
    })
    await run({ snapshot: 'all' }, counting)
    expect(points()).toHaveLength(12)
    expect(open).toBe(0)
    expect(mostOpen).toBe(4)
  })

  describe('with a drill', () => {
    const inputs = { level: 'restore' }

    it('restores what is sound as far as reading tells, and tells how long that took', async () => {
      const manifest = await storePoint(store, hour(13))
      await run(inputs)
      expect(drilled).toMatchObject([{ name: 'Monday-13-00', repository: { prefix }, slot: 'Monday-13-00', manifest }])
      const [database, files] = manifest.artifacts
      expect(drilled[0]?.sound).toMatchObject([
        { artifact: database, content: { needs: { definers: [] } } },
        { artifact: files, content: { perPath: [{ path: 'var/www/html' }] } },
      ])
      expect(points()).toMatchObject([{ status: 'proven', restoreSeconds: 12 }])
    })

    it('does not restore what is not', async () => {
      await flip(await storePoint(store, hour(13)))
      await failure(run(inputs))
      expect(drilled).toEqual([])
    })

    it('fails by what the drill finds', async () => {
      await storePoint(store, hour(13))
      drillResult = {
        ...drillResult,
        findings: [problem('restored', 'Table "orders" came out otherwise.')],
        restoreSeconds: 3,
      }
      expect((await failure(run(inputs))).message).toBe(
        'Monday-13-00 is not proven: Table "orders" came out otherwise.',
      )
      expect(points()).toMatchObject([{ status: 'failed', restoreSeconds: 3 }])
      const { proof } = slotKeys(prefix, 'Monday-13-00')
      expect(parseProof(held(proof).toString(), proof)).toMatchObject({
        ...{ status: 'failed', failedAt: '2026-11-23T14:00:00.000Z' },
        findings: [{ code: 'restored', message: 'Table "orders" came out otherwise.' }],
      })
    })

    it('tells what takes nothing from the proof', async () => {
      await storePoint(store, hour(13))
      const warnings = [warning('view-not-made', 'The view "v" was left out.')]
      drillResult = { ...drillResult, warnings }
      await run(inputs)
      expect(attempt.warnings).toEqual(warnings)
      expect(points()).toMatchObject([{ status: 'proven' }])
    })

    it('stores a proof beside the manifest', async () => {
      const point = { ...hour(13), prefix: `${prefix}/suspect`, verdict: 'suspect' } as const
      const manifest = await storePoint(store, point)
      drillResult = { ...drillResult, server: { flavor: 'mariadb', version: '10.11.19' } }
      await run({ ...inputs, snapshot: 'suspect/Monday-13-00' })
      const { proof: key } = slotKeys(point.prefix, 'Monday-13-00')
      expect(parseProof(held(key).toString(), key)).toMatchObject({
        ...{ slot: 'Monday-13-00', takenAt: manifest.startedAt, provenAt: '2026-11-23T14:00:00.000Z' },
        ...{ restoreSeconds: 12, tables: 1, files: 1, server: { flavor: 'mariadb', version: '10.11.19' } },
        artifacts: manifest.artifacts.map(({ key, sha256, etag }) => ({ key, sha256, etag })),
      })
    })

    it('begins anew with a slot that a backup wrote while it was restored', async () => {
      await storePoint(store, hour(13))
      drillResult = { ...drillResult, findings: [problem('changed', 'It is another one.')] }
      const busy = answering(store, {
        getText: async key => {
          const text = await store.getText(key)
          if (drilled.length !== 1) return text
          await storePoint(store, { ...hour(14), slot: 'Monday-13-00' })
          drillResult = { ...drillResult, findings: [] }
          return store.getText(key)
        },
      })
      await run({ ...inputs, snapshot: 'Monday-13-00' }, busy)
      expect(points()).toMatchObject([{ status: 'proven', takenAt: '2026-11-23T14:05:00.000Z' }])
    })

    it('replaces the proof of what failed since, at whatever level, by what it found', async () => {
      const manifest = await storePoint(store, hour(13))
      const { proof } = slotKeys(prefix, 'Monday-13-00')
      const status = () => parseProof(held(proof).toString(), proof).status
      await run(inputs)
      expect(status()).toBe('proven')
      drillResult = { ...drillResult, findings: [problem('drill-check', 'It is not true.')] }
      await failure(run(inputs))
      expect(status()).toBe('failed')
      drillResult = { ...drillResult, findings: [] }
      await run(inputs)
      await flip(manifest)
      await failure(run())
      expect(status()).toBe('failed')
      expect(attempt.warnings).toEqual([])
    })

    it('says so when the proof of what failed may not be replaced, and keeps one of what may not be read', async () => {
      const manifest = await storePoint(store, hour(13))
      const { proof } = slotKeys(prefix, 'Monday-13-00')
      await run(inputs)
      const denied = new StoreError('denied', { code: 'AccessDenied', status: 403 })
      store.failNext('head', /database/, denied)
      await failure(run())
      expect(store.keys()).toContain(proof)
      await flip(manifest)
      store.failAlways('putText', /proof/, denied)
      await failure(run())
      expect(attempt.warnings).toEqual([
        { code: 'proof-not-replaced', level: 'warning', what: expect.stringContaining('denied') },
      ])
    })

    it('is proven also where the proof may not be stored, with a warning', async () => {
      await storePoint(store, hour(13))
      store.failAlways('putText', /proof/, new StoreError('denied', { code: 'AccessDenied', status: 403 }))
      await run(inputs)
      expect(isProven({ points: [], ...attempt.facts })).toBe(true)
      expect(attempt.warnings).toEqual([
        { code: 'proof-not-stored', level: 'warning', what: expect.stringContaining('denied') },
      ])
    })
  })
})

function unfinished(manifest: Manifest): void {
  manifest.state = 'publishing'
  for (const artifact of manifest.artifacts) artifact.upload = { id: 'u', partETags: ['e'] }
}
