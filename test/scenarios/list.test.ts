import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { z } from 'zod'
import type { Manifest } from '../../src/repository/manifest/manifest'
import { type Proof, serializeProof } from '../../src/repository/manifest/proof'
import { jobToken } from '../runner/action-file'
import { actionRun, s3Inputs } from '../runner/action-run'

import type { ActionRun, RunOptions, StepRun } from '../runner/emulator'
import { startFakeGitHub } from '../servers/fake-github'
import { countMatching, type FaultProxy, startFaultProxy } from '../servers/fault-proxy'
import { freshBucket, freshDatabase, freshDocroot, testServices, testSql } from '../servers/test-services'
import { bucketOfCopies, type OriginalPoint, originalPoint, weekOfHours } from './copied-points'
import { goodBackup } from './good-backup'
import { arrival, denied, storeRequests } from './store-requests'

const services = testServices()
const hourMs = 3_600_000
const weekMs = 168 * hourMs
const forever = Number.POSITIVE_INFINITY
let original: OriginalPoint
let proxy: FaultProxy

beforeAll(async () => {
  proxy = await startFaultProxy({ upstream: services.s3.endpoint })
  const database = await freshDatabase(services)
  await testSql(services, 'CREATE TABLE orders (id INT); INSERT INTO orders VALUES (1)', database)
  const inputs = { databases: database, paths: await freshDocroot(services) }
  original = await originalPoint(await goodBackup(services, { inputs }))
})
beforeEach(() => proxy.clear())
afterAll(async () => {
  await proxy?.stop()
})

/** Runs the action `list` on a bucket, past the fault proxy. */
async function list(
  bucket: string,
  inputs: Readonly<Record<string, string>> = {},
  options: Omit<RunOptions, 'action'> = {},
): Promise<{ run: ActionRun; main: StepRun }> {
  const s3 = { ...services.s3, endpoint: proxy.endpoint }
  const run = await actionRun('list', { ...options, inputs: { ...s3Inputs({ s3 }, bucket), ...inputs } })
  if (run.main === undefined) throw new Error('The main step did not run.')
  return { run, main: run.main }
}

/** Lets nothing through that `s3:ListBucket` and `s3:GetObject` do not allow. */
function readOnly(): void {
  for (const method of ['PUT', 'POST', 'DELETE']) proxy.fail({ method }, denied, forever)
}

const snapshots = z.array(
  z.strictObject({
    snapshot: z.string(),
    place: z.enum(['ring', 'daily', 'weekly', 'monthly', 'yearly', 'suspect']),
    verdict: z.enum(['good', 'suspect', 'damaged', 'untrusted', 'unfinished', 'lost', 'unreadable', 'denied']),
    takenAt: z.iso.datetime().nullable(),
    ageSeconds: z.int().nonnegative().nullable(),
    isStale: z.boolean(),
    host: z.string().nullable(),
    bytes: z.int().positive().nullable(),
    databases: z.array(z.strictObject({ name: z.string(), bytes: z.int(), tables: z.literal(1) })).nullable(),
    files: z.strictObject({ paths: z.array(z.string()), bytes: z.int(), files: z.int().positive() }).nullable(),
    proof: z
      .strictObject({ status: z.literal('proven'), provenAt: z.iso.datetime(), restoreSeconds: z.number() })
      .nullable(),
    signedBy: z.string().nullable(),
    problem: z.string().nullable(),
    isEncrypted: z.boolean().nullable(),
    runUrl: z.string().nullable(),
  }),
)

function listed({ outputs }: StepRun) {
  return snapshots.parse(JSON.parse(outputs['snapshots'] ?? ''))
}

function missing({ outputs }: StepRun): string[] {
  return z.array(z.string()).parse(JSON.parse(outputs['missing'] ?? ''))
}

/** The beginning of the hour that a recovery point was taken in. */
function hourOf(startedAt: string): string {
  return `${startedAt.slice(0, 13)}:00:00Z`
}

function proofOf({ slot, artifacts }: Manifest, takenAt: string): string {
  const { run, tool } = original.manifest
  const proof: Proof = {
    ...{ format: 'make-a-backup-proof/1', slot, takenAt, status: 'proven', provenAt: '2026-01-02T03:04:05.000Z' },
    artifacts: artifacts.map(({ key, sha256, etag }) => ({ key, sha256, etag })),
    ...{ restoreSeconds: 41.2, tables: 1, files: 3, run, tool },
  }
  return serializeProof(proof)
}

function asSuspect(manifest: Manifest): void {
  manifest.verdict = 'suspect'
}

function asLost(manifest: Manifest): void {
  manifest.state = 'publishing'
}

function asIntent(manifest: Manifest): void {
  manifest.state = 'publishing'
  for (const artifact of manifest.artifacts) artifact.upload = { id: 'u', partETags: ['e'] }
}

/**
 * Puts objects that are none of the action's: more than a page of a listing beside its own, some in folders of theirs.
 */
async function putStrangers(bucket: string): Promise<void> {
  const { endpoint, accessKey: accessKeyId, secretKey: secretAccessKey } = services.s3
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  const beside = Array.from({ length: 1_100 }, (_, index) => `running-backups/photo-${index}.jpg`)
  const inFolders = ['running-backups/uploads', 'running-backups/daily', 'running-backups/suspect', 'other']
  const elsewhere = inFolders.flatMap(folder =>
    Array.from({ length: 50 }, (_, index) => `${folder}/photo-${index}.jpg`),
  )
  const keys = [...beside, ...elsewhere].values()
  const lane = async (): Promise<void> => {
    for (const key of keys) await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'x' }))
  }
  await Promise.all(Array.from({ length: 24 }, lane))
  client.destroy()
}

function lessAWeek(startedAt: string): string {
  return new Date(Date.parse(startedAt) - weekMs).toISOString()
}

describe('a bucket with all that may lie in one', () => {
  // An hour that ends while this runs must not be missed.
  const end = new Date(Math.floor((Date.now() + 2 * 60_000) / hourMs) * hourMs - 1)
  const week = weekOfHours(end)
  const at = (index: number) => week[index] ?? { slot: '', startedAt: '' }
  const gaps = [5, 6, 40]
  const odd = { stale: 20, unfinished: 30, lost: 50, damaged: 60, broken: 70, later: 80 }
  const unfit = ['unfinished', 'lost', 'damaged', 'broken', 'later'] as const
  let bucket: string
  let green: { run: ActionRun; main: StepRun }
  let requests: FaultProxy['requests']

  beforeAll(async () => {
    const copies = await bucketOfCopies(services, original)
    bucket = copies.name
    const special = new Set([...gaps, ...Object.values(odd)])
    const whole = week.filter((_, index) => !special.has(index))
    for (let index = 0; index < whole.length; index += 8) {
      await Promise.all(whole.slice(index, index + 8).map(hour => copies.put(hour)))
    }
    const { slot, startedAt } = at(odd.stale)
    await copies.put({ slot, startedAt: lessAWeek(startedAt) })
    await copies.put({ ...at(odd.unfinished), edit: asIntent })
    await copies.put({ ...at(odd.lost), edit: asLost })
    const damaged = await copies.put(at(odd.damaged))
    await copies.view.remove(damaged.artifacts[0]?.key ?? '')

    const put = (name: string, text: string) => copies.view.put(`running-backups/${name}`, text)
    await put(`${at(odd.broken).slot}.manifest.json`, '{"format": "make-a-ba')
    await put(`${at(odd.later).slot}.manifest.json`, '{"format": "make-a-backup/2"}')
    await put('package.manifest.json', '{"name": "something else"}')
    const [proven, provenBefore] = [await copies.put(at(1)), await copies.put(at(2))]
    await put(`${at(1).slot}.proof.json`, proofOf(proven, at(1).startedAt))
    await put(`${at(2).slot}.proof.json`, proofOf(provenBefore, lessAWeek(at(2).startedAt)))
    await put('before-restore/2026-01-02T03-04-05Z.shop.database.sql.gz', 'x')
    await put('README.md', 'x')

    await copies.put({ ...at(5), folder: 'suspect/', edit: asSuspect })
    await copies.put({ slot: 'daily/2026-01-02', startedAt: at(3).startedAt })
    await copies.put({ slot: 'weekly/2026-W01', startedAt: at(40).startedAt })
    await copies.put({ slot: 'yearly/2025', startedAt: '2025-01-01T00:17:00.000Z' })
    await putStrangers(bucket)

    proxy.clear()
    readOnly()
    green = await list(bucket, { 'max-age': '2h', 'expect-every': '1h' })
    requests = [...proxy.requests]
  })

  it('is listed with keys that may only read', () => {
    expect(green.main.annotations.error).toEqual([])
    expect(green.run.conclusion).toBe('success')
    expect(new Set(requests.map(({ method }) => method))).toEqual(new Set(['GET', 'HEAD']))
  })

  it('costs a page of a listing for each thousand objects in a folder, and a read for each manifest and proof', () => {
    const listings = countMatching(requests, storeRequests.list)
    const proofs = countMatching(requests, { method: 'GET', path: /\.proof\.json$/ })
    const manifests = countMatching(requests, { method: 'GET', path: /\.manifest\.json$/ })
    expect([listings, proofs, manifests]).toEqual([10, 2, listed(green.main).length])
    // And a look at the object that the listing did not have.
    expect(requests).toHaveLength(listings + proofs + manifests + 1)
  })

  it('has its recovery points listed with their true times, the newest first', () => {
    const all = listed(green.main)
    const good = all.filter(({ place, verdict, isStale }) => place === 'ring' && verdict === 'good' && !isStale)
    const whole = week.filter((_, index) => ![...gaps, ...Object.values(odd)].includes(index))
    expect(good.map(({ snapshot, takenAt }) => [snapshot, takenAt])).toEqual(
      whole.map(({ slot, startedAt }) => [slot, startedAt]),
    )
    const times = all.flatMap(({ takenAt }) => takenAt ?? [])
    expect(times).toEqual(times.toSorted().reverse())
    expect(all.filter(({ place }) => place !== 'ring').map(({ snapshot, verdict }) => [snapshot, verdict])).toEqual([
      ['daily/2026-01-02', 'good'],
      [`suspect/${at(5).slot}`, 'suspect'],
      ['weekly/2026-W01', 'good'],
      ['yearly/2025', 'good'],
    ])
    expect(green.main.outputs).toMatchObject({ latest: at(0).slot, count: String(all.length) })
    expect(Number(green.main.outputs['latest-age-seconds'])).toBe(all[0]?.ageSeconds)
    expect(all[0]).toMatchObject({ host: original.manifest.host, databases: [{ tables: 1 }], problem: null })
  })

  it('has what cannot be restored told apart, and why', () => {
    const all = listed(green.main)
    const found = (name: string) => all.find(({ snapshot }) => snapshot === name)
    expect(unfit.map(name => found(at(odd[name]).slot)?.verdict)).toEqual([
      ...['unfinished', 'lost', 'damaged', 'unreadable', 'unreadable'],
    ])
    expect(found(at(odd.damaged).slot)?.problem).toContain('is missing')
    expect(found(at(odd.later).slot)?.problem).toContain('has the format "make-a-backup/2"')
    expect(found('package')).toMatchObject({ verdict: 'unreadable', takenAt: null, bytes: null })
    expect(green.main.summary).toContain('### ⚠️ 6 cannot be restored')
  })

  it('has a slot that was skipped shown as stale, and proven only what was', () => {
    const all = listed(green.main)
    expect(all.filter(({ isStale }) => isStale).map(({ snapshot }) => snapshot)).toEqual([at(odd.stale).slot])
    expect(all.filter(({ proof }) => proof !== null).map(({ snapshot, proof }) => [snapshot, proof])).toEqual([
      [at(1).slot, { status: 'proven', provenAt: '2026-01-02T03:04:05Z', restoreSeconds: 41.2 }],
    ])
    expect(green.main.summary).toContain('⚠️ good, stale')
    expect(green.main.summary).toContain('restored in 41 s')
  })

  it('has the hours named that no good recovery point was taken in, the ring or a tier', () => {
    const hours = [5, 6, odd.stale, ...unfit.map(name => odd[name])].map(index => hourOf(at(index).startedAt))
    expect(missing(green.main)).toEqual(hours.toSorted())
    expect(green.main.annotations.warning.map(({ title }) => title)).toEqual([
      'recovery-points-missing',
      'not-restorable',
    ])
  })

  it('keeps one issue while it fails, and closes it', async () => {
    const github = await startFakeGitHub('acme/shop', jobToken)
    try {
      for (const age of ['30m', '31m', '300d', '301d']) {
        const env = { GITHUB_API_URL: github.apiUrl }
        const { main } = await list(bucket, { 'max-age': age, 'issue-on-alarm': 'true' }, { env })
        expect(main.annotations.warning.map(({ title }) => title)).not.toContain(expect.stringMatching(/issue/))
      }
      expect(github.issues).toMatchObject([{ state: 'closed', comments: [expect.stringMatching(/The gap: /)] }])
      expect(github.issues[0]?.title).toMatch(/^List failed: .*running-backups\)$/)
      expect(github.issues[0]?.body).toMatch(
        /2 failed runs.*\[The run\]\(https:\/\/github\.com\/acme\/shop\/actions\/runs/,
      )
    } finally {
      await github.close()
    }
  })

  it('turns the run red when the newest good one is older than it may be, and is listed all the same', async () => {
    const { run, main } = await list(bucket, { 'max-age': '30m', 'expect-every': '1h' })
    expect(main.outputs['due']).toBe(String(Number(main.outputs['latest-age-seconds']) > 3_600))
    expect(run.conclusion).toBe('failure')
    expect(main.annotations.error).toHaveLength(1)
    const message = main.annotations.error[0]?.message
    expect(message).toMatch(
      new RegExp(`^The newest good recovery point, ${at(0).slot}, was taken .* ago .*, and "max-age" is 30 m`),
    )
    expect(message).toContain('60 days')
    expect(main.outputs).toMatchObject({ latest: at(0).slot, missing: green.main.outputs['missing'] })
    expect(listed(main)).toHaveLength(listed(green.main).length)
    expect(main.summary).toContain(`## ❌ List failed: newest good recovery point, ${at(0).slot}, was taken `)
    expect(main.summary).toContain('### The ring: ')
  })

  it('shows a manifest that may not be read, and goes on', async () => {
    proxy.fail({ method: 'GET', path: new RegExp(`${at(0).slot}\\.manifest`) }, denied, forever)
    const { run, main } = await list(bucket)
    expect(run.conclusion).toBe('success')
    expect(main.outputs).toMatchObject({ latest: at(1).slot, missing: '[]' })
    expect(
      listed(main)
        .filter(({ verdict }) => verdict === 'denied')
        .map(({ snapshot }) => snapshot),
    ).toEqual([at(0).slot])
  })

  it('is not taken for one without anything good when no manifest may be read', async () => {
    proxy.fail({ method: 'GET', path: /manifest\.json$/ }, denied, forever)
    const { run, main } = await list(bucket)
    expect(run.conclusion).toBe('failure')
    expect(main.annotations.error[0]?.message).toContain('these credentials lack s3:GetObject')
  })

  it('ends at once when it is cancelled', async () => {
    const read = { method: 'GET', path: /manifest\.json$/ }
    proxy.fail(read, { kind: 'hang' }, forever)
    const { run, main } = await list(bucket, {}, { cancelAfter: arrival(proxy, read) })
    expect(run.conclusion).toBe('cancelled')
    expect(main.signals).toEqual(['SIGINT'])
    expect(main.outputs).toEqual({})
  })
})

describe('a bucket without a recovery point', () => {
  it('is a warning, and an error with max-age', async () => {
    const bucket = await freshBucket(services)
    const { run, main } = await list(bucket, { 'expect-every': '1h' })
    expect(run.conclusion).toBe('success')
    expect(main.annotations.warning.map(({ title }) => title)).toEqual(['nothing-good'])
    const none = { snapshots: '[]', latest: '', 'latest-age-seconds': '', count: '0', missing: '[]', servers: '[]' }
    const { page, ...outputs } = main.outputs
    expect(outputs).toEqual({ ...none, due: 'true' })
    expect(page).toMatch(/make-a-backup-page-/)

    const red = await list(bucket, { 'max-age': '2h' })
    expect(red.run.conclusion).toBe('failure')
    expect(red.main.annotations.error[0]?.message).toContain('There is no good recovery point under "running-backups/"')
    expect(red.main.outputs).toEqual({ ...none, page: expect.any(String), due: '' })
  })

  it('is told apart from one that may not be listed, and from one that is not there', async () => {
    const bucket = await freshBucket(services)
    proxy.fail(storeRequests.list, denied, forever)
    const { run, main } = await list(bucket)
    expect(run.conclusion).toBe('failure')
    expect(main.annotations.error[0]?.message).toContain('s3:ListBucket')
    expect(main.outputs).toEqual({})
    proxy.clear()
    const other = await list('there-is-no-such-bucket')
    expect(other.run.conclusion).toBe('failure')
    expect(other.main.annotations.error[0]?.message).toContain('there is no bucket "there-is-no-such-bucket"')
  })
})
