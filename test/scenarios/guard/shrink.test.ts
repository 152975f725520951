import type { BackupRun } from '../../runner/backup-run'
import { asStored } from '../../runner/encryption-switch'
import { bucketView } from '../../servers/bucket-view'
import { testSql } from '../../servers/test-services'
import { type BucketSnapshot, brokenRecoveryPoints } from '../bucket-snapshot'
import { expectCleanPost, expectNothingLeft, openScene, type Scene } from '../failure/failure-scene'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())

const sql = (text: string) => testSql(scene.services, text, scene.database)

/** Proves that the run put its recovery point aside: it is whole, and the ring is as it was to the byte. */
async function expectSuspect(before: BucketSnapshot, run: BackupRun, telling: readonly RegExp[]) {
  const { conclusion, main } = run
  expect(conclusion).toBe('failure')
  expect(main?.outputs['status']).toBe('suspect')
  expect(main?.outputs['manifest-key']).toBe('running-backups/suspect/running.manifest.json')
  expect(main?.annotations.error).toHaveLength(1)
  const message = main?.annotations.error[0]?.message ?? ''
  for (const pattern of [...telling, /accept-shrink: true/, /Still safe: Slot running is unchanged/])
    expect(message).toMatch(pattern)
  expect(main?.annotations.notice).toEqual([])
  expect(main?.summary).not.toMatch(/is good/)

  const after = await scene.snapshot()
  expect(ring(after)).toEqual(ring(before))
  expect(after.openUploads).toEqual([])
  const manifest = after.manifests['running']
  expect(manifest).toMatchObject({ state: 'complete', verdict: 'suspect' })
  expect(manifest?.artifacts.map(({ key }) => key)).toEqual([
    asStored('running-backups/suspect/running.database.sql.gz'),
    asStored('running-backups/suspect/running.codebase.tar.gz'),
  ])
  expect(brokenRecoveryPoints(after)).toEqual(['running is complete and suspect'])
  await expectNothingLeft(scene)
  expectCleanPost(run)
}

function ring({ objects }: BucketSnapshot) {
  return Object.entries(objects).filter(([key]) => !key.includes('/suspect/'))
}

async function goodRun(inputs: Record<string, string> = {}): Promise<string[]> {
  const before = await scene.snapshot()
  const { conclusion, main } = await scene.run({ inputs })
  expect(main?.annotations.error).toEqual([])
  expect(conclusion).toBe('success')
  expect(main?.outputs['status']).toBe('good')
  const after = await scene.snapshot()
  const key = 'running-backups/running.manifest.json'
  expect(after.objects[key]?.sha256).not.toBe(before.objects[key]?.sha256)
  const warnings: { code: string }[] = JSON.parse(main?.outputs['warnings'] ?? '[]')
  return warnings.map(({ code }) => code)
}

describe('a backup that is much smaller than the last good one', () => {
  it('is put aside until it is accepted, and then is the new normal', async () => {
    await sql('TRUNCATE aa_noise')
    const before = await scene.snapshot()
    const run = await scene.run()
    await expectSuspect(before, run, [/database: the content shrank from .+ to .+ \(−\d+/])
    // The one put aside does not count as the last good one.
    await expectSuspect(before, await scene.run(), [/the content shrank/])

    expect(await goodRun({ 'accept-shrink': 'true' })).toContain('shrink-accepted')
    expect(await goodRun()).not.toContain('shrink-accepted')
  })

  it('is put aside when a table is gone, however small, and names it', async () => {
    await sql('CREATE TABLE coupons (id INT PRIMARY KEY)')
    await goodRun()
    await sql('DROP TABLE coupons')
    const before = await scene.snapshot()
    await expectSuspect(before, await scene.run(), [/database: the table "coupons" is gone/])
    expect(await goodRun({ 'max-shrink': 'off' })).not.toContain('shrink-accepted')
  })
})

describe('a backup that leaves out what it is told to', () => {
  it('is no suspicion when a table is excluded', async () => {
    await sql('CREATE TABLE big_cache (id INT PRIMARY KEY, data BLOB)')
    await sql('INSERT INTO big_cache SELECT seq, RANDOM_BYTES(1000) FROM seq_1_to_2000')
    await goodRun()
    expect(await goodRun({ 'exclude-tables': 'big_cache' })).not.toContain('shrink-accepted')
    const bucket = bucketView(scene.services.s3, scene.bucket)
    const manifest = await bucket.text('running-backups/running.manifest.json')
    expect(manifest).not.toContain('big_cache')
    await sql('DROP TABLE big_cache')
    await goodRun()
  })

  it('is a warning when the files are no longer asked for', async () => {
    expect(await goodRun({ paths: '' })).toContain('part-dropped')
    expect(await goodRun()).not.toContain('part-dropped')
  })
})
