import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import type { Artifact, Manifest } from '../../../src/repository/manifest/manifest'
import { serializeManifest } from '../../../src/repository/manifest/manifest-codec'
import { actionRun, s3Inputs } from '../../runner/action-run'
import type { ActionRun, RunOptions, StepRun } from '../../runner/emulator'
import { awkwardDatabaseSql } from '../../servers/database/awkward-database'
import { type FaultProxy, startFaultProxy } from '../../servers/fault-proxy'
import { sealed } from '../../servers/processes/stock-tools'
import { freshDatabase, freshDocroot, testServices, testSql } from '../../servers/test-services'
import { bucketSnapshot } from '../bucket-snapshot'
import { bucketOfCopies, type OriginalPoint, originalPoint, weekOfHours } from '../copied-points'
import { type GoodBackup, goodBackup } from '../good-backup'
import { arrival } from '../store-requests'

const services = testServices()
let backup: GoodBackup
let original: OriginalPoint
let proxy: FaultProxy

beforeAll(async () => {
  proxy = await startFaultProxy({ upstream: services.s3.endpoint })
  const database = await freshDatabase(services)
  await testSql(services, awkwardDatabaseSql, database)
  backup = await goodBackup(services, {
    inputs: { databases: database, paths: await freshDocroot(services) },
  })
  original = await originalPoint(backup)
})
beforeEach(() => proxy.clear())
afterAll(async () => {
  await proxy?.stop()
})

const forever = Number.POSITIVE_INFINITY

/** Runs the action `verify` on a bucket, past the fault proxy unless it is `direct`. */
async function verify(
  bucket: string,
  inputs: Readonly<Record<string, string>> = {},
  options: Omit<RunOptions, 'action'> = {},
): Promise<{ run: ActionRun; main: StepRun }> {
  const s3 = { ...services.s3, endpoint: proxy.endpoint }
  const run = await actionRun('verify', { ...options, inputs: { ...s3Inputs({ s3 }, bucket), ...inputs } })
  if (run.main === undefined) throw new Error('The main step did not run.')
  return { run, main: run.main }
}

const verifiedSchema = z.array(
  z.strictObject({
    snapshot: z.string(),
    takenAt: z.string().nullable(),
    verdict: z.enum(['good', 'suspect', 'unknown']),
    level: z.enum(['stored', 'read', 'restore']),
    status: z.enum(['proven', 'failed']),
    bytes: z.number(),
    signedBy: z.string().nullable(),
    findings: z.array(z.strictObject({ code: z.string(), key: z.string().nullable(), message: z.string() })),
  }),
)

function verified({ outputs }: StepRun) {
  return verifiedSchema.parse(JSON.parse(outputs['verified'] ?? ''))
}

function codes(main: StepRun): string[] {
  return verified(main).flatMap(({ findings }) => findings.map(({ code }) => code))
}

/** A red run: one error that begins so, every finding in log and summary, outputs that say the same. */
function expectFailed({ run, main }: { run: ActionRun; main: StepRun }, telling: string | RegExp): void {
  expect(run.conclusion).toBe('failure')
  expect(main.outputs['status']).toBe('failed')
  expect(main.annotations.error).toHaveLength(1)
  expect(main.annotations.notice).toEqual([])
  const message = main.annotations.error[0]?.message ?? ''
  expect(message).toMatch(telling)
  expect(message).toContain(
    '\nStill safe: No recovery point was changed: a verification writes only the proof of a drill.',
  )
  expect(message).toContain('\nWhat to do: ')
  const log = main.log.join('\n')
  const findings = verified(main).flatMap(each => each.findings)
  expect(findings.length).toBeGreaterThan(0)
  for (const finding of findings) expect(log).toContain(`${finding.code}: ${finding.message}`)
  expect(main.summary).toContain(`### ${findings.length} finding`)
}

const monday = { slot: 'Monday-13-00', startedAt: '2026-11-23T13:17:00.000Z' }
const anHourBefore = { slot: 'Monday-12-00', startedAt: '2026-11-23T12:17:00.000Z' }

async function aCopy(edit?: (manifest: Manifest) => void) {
  const bucket = await bucketOfCopies(services, original)
  const manifest = await bucket.put({ ...monday, ...(edit === undefined ? {} : { edit }) })
  const [database, files] = manifest.artifacts
  if (database === undefined || files === undefined) throw new Error('The original lacks a part.')
  return { ...bucket, manifest, database, files }
}

type Copy = Awaited<ReturnType<typeof aCopy>>

/** Other bytes under an artifact's key, its metadata left as it is. */
async function replace({ view }: Copy, { key }: Artifact, change: (bytes: Buffer) => Buffer): Promise<void> {
  const { metadata } = await view.head(key)
  await view.put(key, change(await view.bytes(key)), metadata)
}

function flipped(bytes: Buffer): Buffer {
  const at = Math.floor(bytes.length / 2)
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  return bytes
}

describe('a sound recovery point', () => {
  it.each(['stored', 'read'])('is proven at level %s by requests that only read', async level => {
    const before = await bucketSnapshot(services.s3, backup.run.bucket)
    const { run, main } = await verify(backup.run.bucket, { level })
    expect(run.conclusion).toBe('success')
    expect(main.outputs).toMatchObject({ status: 'proven', 'restore-seconds': '' })
    const { slot, startedAt, artifacts } = backup.manifest
    const bytes = artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0)
    const signedBy = expect.stringMatching(/^SHA256:/)
    expect(verified(main)).toEqual([
      { snapshot: slot, takenAt: startedAt, verdict: 'good', level, status: 'proven', bytes, signedBy, findings: [] },
    ])
    expect(main.annotations).toMatchObject({ error: [], warning: [] })
    expect(main.annotations.notice).toHaveLength(1)
    expect(main.annotations.notice[0]?.message).toMatch(new RegExp(`^${slot}, taken .+ ago, is proven: 2 objects`))
    expect(main.summary).toMatch(new RegExp(`^## ✅ ${slot}, taken .+ ago, is proven`))
    expect(proxy.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([])
    const reads = proxy.requests.filter(({ method, path }) => method === 'GET' && /\.gz(\.age)?$/.test(path))
    expect(reads).toHaveLength(level === 'read' ? 2 : 0)
    expect(await bucketSnapshot(services.s3, backup.run.bucket)).toEqual(before)
  })

  it('is proven over connections that break', async () => {
    const { name } = await aCopy()
    proxy.fail({ method: 'GET', path: /codebase/ }, { kind: 'truncate', afterBytes: 20_000 })
    proxy.fail({ method: 'GET', path: /codebase/ }, { kind: 'reset', when: 'before' })
    proxy.fail({ method: 'GET', path: /database/ }, { kind: 'truncate', afterBytes: 1_000 })
    const { main } = await verify(name)
    expect(main.outputs['status']).toBe('proven')
    const ranges = proxy.requests.filter(({ headers }) => headers.range !== undefined)
    expect(ranges.length).toBeGreaterThanOrEqual(2)
    expect(ranges.every(({ headers }) => headers['if-match'] !== undefined)).toBe(true)
  })
})

describe('a recovery point whose object', () => {
  it('has one flipped bit is named at every level', async () => {
    const copy = await aCopy()
    await replace(copy, copy.files, flipped)
    const read = await verify(copy.name)
    expectFailed(read, `"${copy.files.key}" has another sha256 than its manifest says: ${copy.files.sha256} was stored`)
    expect(codes(read.main)).toEqual(['checksum', 'damaged'])
    const stored = await verify(copy.name, { level: 'stored' })
    expectFailed(stored, `"${copy.files.key}" was stored again or replaced`)
    expect(codes(stored.main)).toEqual(['changed'])
  })

  it.each(['stored', 'read'])('was truncated is named with both sizes at level %s', async level => {
    const copy = await aCopy()
    const { key, bytes } = copy.database
    await replace(copy, copy.database, whole => whole.subarray(0, whole.length - 100))
    const result = await verify(copy.name, { level })
    expectFailed(result, `"${key}" is cut off or another object: ${bytes} bytes were stored, ${bytes - 100} are there.`)
  })

  it('was swapped with that of another hour is told whose it is', async () => {
    const copy = await aCopy()
    const other = await copy.put(anHourBefore)
    const key = other.artifacts[0]?.key ?? ''
    await copy.view.put(copy.database.key, await copy.view.bytes(key), (await copy.view.head(key)).metadata)
    const result = await verify(copy.name)
    expectFailed(
      result,
      `"${copy.database.key}" is that of slot "Monday-12-00" taken at "${anHourBefore.startedAt}", run "`,
    )
    expect(codes(result.main)).toEqual(['foreign'])
  })

  it('is missing is named', async () => {
    const copy = await aCopy()
    await copy.view.remove(copy.files.key)
    const result = await verify(copy.name)
    expectFailed(result, `"${copy.files.key}" is missing: there is no such object`)
    expect(codes(result.main)).toEqual(['missing'])
  })

  it('lies in a cold storage class is named, with the command that thaws it', async () => {
    const { name, files } = await aCopy()
    proxy.fail(
      { method: 'HEAD', path: /codebase/ },
      { kind: 'headers', headers: { 'x-amz-storage-class': 'DEEP_ARCHIVE' } },
      forever,
    )
    proxy.fail({ method: 'GET', path: /codebase/ }, { kind: 'reply', status: 403, code: 'InvalidObjectState' }, forever)
    const result = await verify(name, { level: 'stored' })
    expectFailed(result, /is archived \(in a cold storage class\)/)
    expect(result.main.annotations.error[0]?.message).toContain(
      `aws s3api restore-object --bucket ${name} --key ${files.key} --restore-request Days=3`,
    )
    expect(codes(result.main)).toEqual(['archived'])
  })

  it('is replaced by a dump with another row and a manifest with its digest is told by the table', async () => {
    const copy = await aCopy()
    const sql = (await backup.content(copyOf(backup.manifest.artifacts[0]))).toString('latin1')
    const [, table = ''] = /^INSERT INTO `([a-z_]+)` VALUES/m.exec(sql) ?? []
    const line = /^INSERT INTO `[a-z_]+` VALUES[^;]*;\n/m.exec(sql)?.[0] ?? ''
    expect(line).not.toBe('')
    const forged = await sealed(copy.database.key, gzipSync(Buffer.from(sql.replace(line, `${line}${line}`), 'latin1')))
    await replace(copy, copy.database, () => forged)
    const sha256 = createHash('sha256').update(forged).digest('hex')
    Object.assign(copy.database, { bytes: forged.length, sha256 })
    await copy.view.put('running-backups/Monday-13-00.manifest.json', serializeManifest(copy.manifest))
    const result = await verify(copy.name)
    expectFailed(result, `does not hold what its manifest says: table "${table}" has other rows.`)
  })
})

describe('an edited manifest', () => {
  const database = ({ artifacts }: Manifest) => {
    const [first] = artifacts
    if (first?.kind !== 'database') throw new Error('The original has no database.')
    return first
  }

  it.each<[string, (manifest: Manifest) => void, RegExp, string[]]>([
    [
      'sha256',
      manifest => Object.assign(database(manifest), { sha256: 'a'.repeat(64) }),
      /has another sha256 than its manifest says: a{64} was stored/,
      ['checksum'],
    ],
    [
      'time',
      manifest => Object.assign(manifest, { startedAt: '2026-11-23T13:18:00.000Z' }),
      /is that of slot "Monday-13-00" taken at "2026-11-23T13:17:00\.000Z"/,
      ['foreign', 'foreign'],
    ],
    [
      'list of tables',
      manifest => void database(manifest).content.tables.splice(0, 1),
      /does not hold what its manifest says: table ".*" is unexpected/,
      ['content'],
    ],
    [
      'key',
      manifest => Object.assign(database(manifest), { key: 'running-backups/Monday-12-00.database.sql.gz' }),
      /names "running-backups\/Monday-12-00\.database\.sql\.gz", which is not an object of its slot/,
      ['foreign'],
    ],
  ])('is found out by its %s', async (_, edit, telling, expected) => {
    const { name } = await aCopy(edit)
    const result = await verify(name)
    expectFailed(result, telling)
    expect(codes(result.main)).toEqual(expected)
  })
})

describe('all of a bucket', () => {
  it('is verified over 168 slots, tiers and suspect ones, at both levels', async () => {
    const copies = await bucketOfCopies(services, original)
    const week = weekOfHours(new Date('2026-11-23T13:30:00Z'))
    expect(new Set(week.map(({ slot }) => slot)).size).toBe(168)
    for (let index = 0; index < week.length; index += 8) {
      await Promise.all(week.slice(index, index + 8).map(hour => copies.put(hour)))
    }
    const startedAt = '2026-11-22T13:17:00.000Z'
    await copies.put({ slot: 'daily/2026-11-22', startedAt })
    await copies.put({
      ...{ slot: 'Monday-13-00', startedAt, folder: 'suspect/' },
      edit: manifest => Object.assign(manifest, { verdict: 'suspect' }),
    })
    for (const level of ['stored', 'read']) {
      const { main } = await verify(copies.name, { snapshot: 'all', level })
      expect(main.annotations.error).toEqual([])
      expect(main.outputs['status']).toBe('proven')
      const points = verified(main)
      expect(points).toHaveLength(170)
      expect(points.filter(({ verdict }) => verdict === 'suspect').map(({ snapshot }) => snapshot)).toEqual([
        'suspect/Monday-13-00',
      ])
      expect(main.annotations.notice[0]?.message).toMatch(
        /^170 recovery points proven, 1 suspect one among them, the newest taken .+ ago: 340 objects/,
      )
      expect(main.peakRssBytes).toBeLessThan(256_000_000)
    }

    const broken = await copies.put({ slot: 'Friday-07-00', startedAt: '2026-11-20T07:17:00.000Z' })
    const { key } = broken.artifacts[1] ?? { key: '' }
    await copies.view.put(key, flipped(await copies.view.bytes(key)))
    await copies.put({
      ...{ slot: 'Friday-08-00', startedAt: '2026-11-20T08:17:00.000Z' },
      edit: manifest => Object.assign(manifest, { state: 'publishing' }),
    })
    const result = await verify(copies.name, { snapshot: 'all' })
    expectFailed(result, /^3 things went wrong\.\n1\. Friday-08-00: .*\n2\. Friday-07-00: /)
    const failed = verified(result.main).filter(({ status }) => status === 'failed')
    expect(failed.map(({ snapshot, findings }) => [snapshot, ...findings.map(({ code }) => code)]).sort()).toEqual([
      ['Friday-07-00', 'checksum', 'damaged'],
      ['Friday-08-00', 'unfinished'],
    ])
  })

  it('fails where there is nothing', async () => {
    const { name } = await bucketOfCopies(services, original)
    const { run, main } = await verify(name, { snapshot: 'all' })
    expect(run.conclusion).toBe('failure')
    expect(main.outputs).toMatchObject({ status: 'failed', verified: '[]' })
    expect(main.annotations.error[0]?.message).toContain('There is no recovery point under "running-backups/"')
  })
})

describe('a run that does not come to its end', () => {
  it('says that the store refuses, and sets its outputs', async () => {
    const { name } = await aCopy()
    const { run, main } = await verify(name, { 's3-secret-access-key': 'not-the-secret-of-this-key' })
    expect(run.conclusion).toBe('failure')
    expect(main.annotations.error[0]?.message).toContain('secret access key does not belong')
    expect(main.outputs).toMatchObject({ status: 'failed', verified: '[]' })
  })

  it('ends at once when it is cancelled', async () => {
    const { name } = await aCopy()
    proxy.fail({ method: 'GET', path: /codebase/ }, { kind: 'hang' }, forever)
    const { run, main } = await verify(name, {}, { cancelAfter: arrival(proxy, { method: 'GET', path: /codebase/ }) })
    expect(run.conclusion).toBe('cancelled')
    expect(main.annotations.error[0]?.message).toContain('The run was cancelled.')
    expect(main.signals).toEqual(['SIGINT'])
    expect(main.outputs['status']).toBe('failed')
    expect(main.summary).toContain('## ⏹️ Verification cancelled')
  })
})

function copyOf<T>(artifact: T | undefined): T {
  if (artifact === undefined) throw new Error('There is no such artifact.')
  return artifact
}
