import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Artifact, DatabaseArtifact, Manifest } from '../../../src/repository/manifest/manifest'
import { parseProof } from '../../../src/repository/manifest/proof'
import { actionRun, s3Inputs } from '../../runner/action-run'
import type { ActionRun, RunOptions, StepRun } from '../../runner/emulator'
import { awkwardContent, awkwardDatabaseSql } from '../../servers/database/awkward-database'
import { type FaultProxy, startFaultProxy } from '../../servers/fault-proxy'
import { makeStandInDocker } from '../../servers/processes/stand-in-docker'
import { sealed, unpacked } from '../../servers/processes/stock-tools'
import { freshDatabase, freshDocroot, testServices, testSql } from '../../servers/test-services'
import { bucketOfCopies, type OriginalPoint, originalPoint } from '../copied-points'
import { type GoodBackup, goodBackup } from '../good-backup'
import { recordedDigest } from '../recorded-digest'
import { arrival } from '../store-requests'

const services = testServices()
/**
 * The awkward database, with a view in the name of a user whom the throwaway server does not know, and a view that
 * builds on it.
 */
const strangersSql = `
CREATE OR REPLACE USER 'drill stranger'@'10.0.%';
GRANT ALL ON *.* TO 'drill stranger'@'10.0.%';
CREATE DEFINER = 'drill stranger'@'10.0.%' VIEW of_a_stranger AS SELECT id FROM plain WHERE id < 4;
CREATE VIEW a_view_on_a_strangers AS SELECT id FROM of_a_stranger;
`

let backup: GoodBackup
let original: OriginalPoint
let proxy: FaultProxy
let temp: string

beforeAll(async () => {
  proxy = await startFaultProxy({ upstream: services.s3.endpoint })
  const database = await freshDatabase(services)
  await testSql(services, awkwardDatabaseSql, database)
  await testSql(services, strangersSql, database)
  const folders = [await freshDocroot(services), await freshDocroot(services)]
  backup = await goodBackup(services, { inputs: { databases: database, paths: folders.join('\n') } })
  original = await originalPoint(backup)
})
beforeEach(async () => {
  proxy.clear()
  temp = await mkdtemp(join(tmpdir(), 'drill-scenario-'))
  await chmod(temp, 0o700)
})
afterEach(() => rm(temp, { recursive: true, force: true }))
afterAll(async () => {
  await proxy?.stop()
})

/** Runs a drill, its temporary folder being `temp`. */
async function drill(
  bucket: string,
  inputs: Readonly<Record<string, string>> = {},
  options: Omit<RunOptions, 'action'> = {},
): Promise<{ run: ActionRun; main: StepRun }> {
  const s3 = s3Inputs({ s3: { ...services.s3, endpoint: proxy.endpoint } }, bucket)
  const env = { RUNNER_TEMP: temp, ...options.env }
  const run = await actionRun('verify', { ...options, env, inputs: { ...s3, level: 'restore', ...inputs } })
  if (run.main === undefined) throw new Error('The main step did not run.')
  return { run, main: run.main }
}

/** Servers and clients of drills below `temp`. */
function processes(): string[] {
  return readdirSync('/proc').flatMap(pid => {
    try {
      const line = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : ''
      return line.includes(temp) ? [line.replaceAll('\0', ' ')] : []
    } catch {
      return []
    }
  })
}

async function expectNothingLeft(): Promise<void> {
  expect(processes()).toEqual([])
  expect(await readdir(temp)).toEqual([])
}

interface Found {
  status: string
  restoreSeconds?: number
  findings: { code: string; key: string | null; message: string }[]
}

function found({ outputs }: StepRun): Found {
  const [only]: Found[] = JSON.parse(outputs['verified'] ?? '[]')
  if (only === undefined) throw new Error('Nothing was verified.')
  return only
}

const monday = { slot: 'Monday-13-00', startedAt: '2026-11-23T13:17:00.000Z' }
const proofKey = 'running-backups/Monday-13-00.proof.json'

async function aCopy(edit?: (manifest: Manifest) => void) {
  const bucket = await bucketOfCopies(services, original)
  await bucket.put({ ...monday, ...(edit === undefined ? {} : { edit }) })
  return bucket
}

const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

const isDatabase = (artifact: Artifact): artifact is DatabaseArtifact => artifact.kind === 'database'

/**
 * A copy whose dump was changed, and the manifest made to fit: sizes and digests of the object, and those of its
 * content if asked for.
 */
async function forged(change: (sql: string) => string, forgeContent: boolean) {
  const { key } = original.manifest.artifacts.find(isDatabase) ?? { key: '' }
  const sql = (await unpacked(key, original.objects.get(key) ?? Buffer.alloc(0))).toString('latin1')
  const changed = Buffer.from(change(sql), 'latin1')
  expect(changed.toString('latin1')).not.toBe(sql)
  const bytes = await sealed(key, gzipSync(changed))
  const recorded = await recordedDigest(original.manifest)
  const changedOriginal = { ...original, objects: new Map(original.objects).set(key, bytes) }
  const bucket = await bucketOfCopies(services, changedOriginal)
  await bucket.put({
    ...monday,
    edit: ({ artifacts }) => {
      for (const artifact of artifacts.filter(isDatabase)) {
        Object.assign(artifact, { bytes: bytes.length, sha256: sha256Of(bytes) })
        if (forgeContent) Object.assign(artifact.content, { bytes: changed.length, sha256: recorded(changed) })
      }
    },
  })
  return bucket
}

describe('a drill', () => {
  it('proves the awkward database and the files, reads each object twice, stores the proof, and leaves nothing', async () => {
    const { name, view } = await aCopy()
    const checks = [
      '# Comments and empty lines are left out.',
      'SELECT COUNT(*) > 3000 FROM many',
      "SELECT t = '' FROM plain WHERE id = 5;",
      'SELECT COUNT(*) = 3 FROM a_view_on_a_strangers',
      "SELECT `füñction`() = 'ünï🐎;'",
    ]
    const { run, main } = await drill(name, { 'drill-checks': checks.join('\n') })
    expect(main.annotations.error).toEqual([])
    expect(run.conclusion).toBe('success')
    expect(main.outputs['status']).toBe('proven')
    expect(main.outputs['restore-seconds']).toMatch(/^\d+$/)
    expect(found(main)).toMatchObject({ status: 'proven', findings: [], restoreSeconds: expect.any(Number) })
    expect(main.annotations.warning).toEqual([])
    const log = main.log.join('\n')
    expect(log).toMatch(/The drill runs on a throwaway MariaDB 1\d\.\d+\.\d+ \(\/\S+\)\./)
    expect(log).toMatch(/is the same: \d+ tables with every row of the dump, 5 views, 3 triggers, 4 routines, 2 events/)
    const proof = parseProof(await view.text(proofKey), proofKey)
    const [, files] = original.manifest.artifacts
    expect(proof).toMatchObject({
      ...{ slot: monday.slot, takenAt: monday.startedAt },
      server: { flavor: 'mariadb', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      tables: original.manifest.artifacts.find(isDatabase)?.content.tables.length,
      files: files?.kind === 'files' ? files.content.files : 0,
    })
    if (proof.status !== 'proven') throw new Error('The drill failed.')
    expect(proof.tables).toBeGreaterThanOrEqual(awkwardContent.tables.length)
    // Once to check it, once to restore it.
    const reads = proxy.requests.filter(({ method, path }) => method === 'GET' && /\.gz(\.age)?$/.test(path))
    expect(reads).toHaveLength(4)
    await expectNothingLeft()
  })

  it('fails by a check that is not true, of whose answer it reads the first line, names it, and says so in the proof', async () => {
    const { name, view } = await aCopy()
    const checks = [
      'SELECT COUNT(*) FROM empty_table',
      'SELECT id FROM empty_table',
      'SELECT NULL',
      "SELECT ''",
      'SELECT 0.00',
      'SELECT 1 FROM no_such_table',
      'SELECT 1',
      "SELECT 1, REPEAT('1', 200000) FROM many a, many b",
      "SELECT b'0'",
      "SELECT '0 orders'",
    ]
    const { run, main } = await drill(name, { 'drill-checks': checks.join('\n') })
    expect(run.conclusion).toBe('failure')
    const { status, findings } = found(main)
    expect(status).toBe('failed')
    expect(findings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'drill-check: The drill check "SELECT COUNT(*) FROM empty_table" is not true: it returned 0.',
      'drill-check: The drill check "SELECT id FROM empty_table" is not true: it returned no row.',
      'drill-check: The drill check "SELECT NULL" is not true: it returned NULL.',
      `drill-check: The drill check "SELECT ''" is not true: it returned nothing.`,
      'drill-check: The drill check "SELECT 0.00" is not true: it returned 0.00.',
      expect.stringMatching(/"SELECT 1 FROM no_such_table" could not be run: .*no_such_table.*\(error 1146\)\.$/),
      `drill-check: The drill check "SELECT b'0'" is not true: it returned a zero byte.`,
      `drill-check: The drill check "SELECT '0 orders'" is neither true nor false: it did not return a number.`,
    ])
    expect(parseProof(await view.text(proofKey), proofKey).status).toBe('failed')
    await expectNothingLeft()
  })

  it.each([
    ['and the digests of the object were made to fit', false],
    ['and the digests of its content too', true],
  ])('fails when one row of the stored dump was changed %s, and names the table', async (_, forgeContent) => {
    const { name, view } = await forged(sql => sql.replace('leaves a gap', 'leaves a gaq'), forgeContent)
    const { run, main } = await drill(name)
    expect(run.conclusion).toBe('failure')
    expect(found(main)).toMatchObject({
      status: 'failed',
      findings: [{ code: 'content', message: expect.stringContaining('table "many" has other rows') }],
    })
    expect(parseProof(await view.text(proofKey), proofKey).status).toBe('failed')
    await expectNothingLeft()
  })

  it('fails when rows do not come out as they went in, which no reading shows, and names the table', async () => {
    // The rows of the dump are untouched, and the server cuts them down without a word.
    const { name } = await forged(sql => sql.replace('`t` varchar(100)', '`t` varchar(20)'), true)
    const read = await drill(name, { level: 'read' })
    expect(found(read.main).status).toBe('proven')
    const { run, main } = await drill(name)
    expect(run.conclusion).toBe('failure')
    expect(found(main)).toMatchObject({
      status: 'failed',
      findings: [
        {
          code: 'restored',
          key: expect.stringContaining('.sql.gz'),
          message: expect.stringMatching(
            /differs from its dump: table "many" has other values in 3,000 of 3,001 rows in column "t"/,
          ),
        },
      ],
    })
    await expectNothingLeft()
  })

  it('fails when the dump cannot be imported, says at which statement, and asks no checks', async () => {
    const { name } = await forged(
      sql => sql.replace('CREATE TABLE `empty_table` (', 'CREATE TABLE `empty_table` (`twice` int, `twice` int,'),
      true,
    )
    const { main } = await drill(name, { 'drill-checks': 'SELECT COUNT(*) FROM many' })
    expect(found(main).findings).toMatchObject([
      {
        code: 'import',
        message: expect.stringMatching(/the import into database .* failed at line \d+.*error 1060/i),
      },
    ])
    await expectNothingLeft()
  })

  it('fails where a restore would refuse, though the server takes the dump in silence', async () => {
    const { name } = await forged(sql => sql.replace(/(CREATE TABLE `many`[^;]*ENGINE=)InnoDB/, '$1ROCKSDB'), true)
    const { main } = await drill(name)
    expect(found(main).findings).toMatchObject([
      {
        code: 'refused',
        message: expect.stringContaining('storage engines that this server lacks: ROCKSDB'),
      },
    ])
    await expectNothingLeft()
  })

  it('runs no SQL that a dump tool never writes, unless it is told to', async () => {
    const head = '/*!40101 SET NAMES utf8mb4 */;\n'
    const { name } = await forged(sql => sql.replace(head, `${head}CREATE USER 'mole'@'%';\n`), true)
    const { main } = await drill(name)
    expect(found(main).findings).toMatchObject([{ code: 'refused', message: expect.stringContaining('CREATE USER') }])
    const allowed = await drill(name, { 'allow-entries': 'statements' })
    expect(found(allowed.main)).toMatchObject({ status: 'proven', findings: [] })
    await expectNothingLeft()
  })

  it('names the database that a view builds on and that is not backed up', async () => {
    const [shop, crm] = [await freshDatabase(services), await freshDatabase(services)]
    await testSql(services, 'CREATE TABLE c (id INT)', crm)
    await testSql(services, `CREATE TABLE t (id INT); CREATE VIEW v AS SELECT * FROM ${crm}.c`, shop)
    const { run } = await goodBackup(services, { inputs: { databases: shop } })
    const { main } = await drill(run.bucket)
    expect(found(main).findings).toMatchObject([{ code: 'other-database' }])
    expect(main.annotations.error[0]?.message).toContain(`Add "${crm}" to "databases" of the backup`)
    expect(main.annotations.error[0]?.message).not.toContain('Do not count on')
    await expectNothingLeft()
  })

  it('proves a backup that leaves out a table on which a view stands, and tells the view', async () => {
    const shop = await freshDatabase(services)
    await testSql(
      services,
      'CREATE TABLE cache (id INT); CREATE TABLE t (id INT); CREATE VIEW v AS SELECT * FROM cache; CREATE VIEW w AS SELECT * FROM t',
      shop,
    )
    const inputs = { databases: shop, 'exclude-tables': `${shop}.cache` }
    const { run } = await goodBackup(services, { inputs })
    const { main } = await drill(run.bucket)
    expect(found(main)).toMatchObject({ status: 'proven', findings: [] })
    expect(main.summary).toMatch(/view-not-made.*The view "v" was left out/)
    expect(main.summary).not.toContain('The view "w"')
    await expectNothingLeft()
  })

  it('restores several databases under their own names, and questions name theirs', async () => {
    const databases = [await freshDatabase(services), await freshDatabase(services)]
    for (const [index, each] of databases.entries()) {
      await testSql(services, `CREATE TABLE t (id INT); INSERT INTO t VALUES (${index + 1});`, each)
    }
    const { run } = await goodBackup(services, { inputs: { databases: databases.join('\n') } })
    const [one, two] = databases
    const question = `SELECT a.id = 1 AND b.id = 2 FROM ${one}.t a, ${two}.t b`
    const { main } = await drill(run.bucket, { 'drill-checks': `${question}\nSELECT COUNT(*) FROM t` })
    expect(found(main).findings).toEqual([
      {
        code: 'drill-check',
        key: null,
        message: expect.stringContaining('"SELECT COUNT(*) FROM t" could not be run'),
      },
    ])
    await expectNothingLeft()
  })

  it('holds on the server of an image when it is told to, and removes the container', async () => {
    // Stands in for docker: what would run in the container runs on this machine.
    const docker = await makeStandInDocker(await mkdtemp(join(services.folder, 'docker-')))
    const { name } = await aCopy()
    const env = { PATH: `${docker.bin}:${process.env['PATH']}` }
    const { main } = await drill(name, { 'drill-server': 'mariadb:10.11' }, { env })
    expect(main.log.join('\n')).toContain('The drill runs in a container of mariadb:10.11.')
    expect(found(main)).toMatchObject({ status: 'proven', findings: [] })
    expect(await docker.containers()).toEqual([])
    await expectNothingLeft()
  })

  it('says what would do where nothing on the runner can take the dump', async () => {
    const { name } = await aCopy(({ server }) => {
      Object.assign(server.database ?? {}, { flavor: 'mysql', version: '99.1.0' })
    })
    const { run, main } = await drill(name, { 'drill-server': 'local' })
    expect(run.conclusion).toBe('failure')
    expect(main.annotations.error[0]?.message).toMatch(
      /^Input "drill-server" is "local", and no server on this runner can take a dump of MySQL 99\.1\.0: installed is MariaDB/,
    )
    await expectNothingLeft()
  })
})

describe('a drill that is cancelled', () => {
  it.each([
    ['while its server starts', 'The drill runs on'],
    ['when the rows are in', 'The rows of '],
  ])('stops %s, and leaves nothing', async (_, line) => {
    const { name, view } = await aCopy()
    const { run, main } = await drill(name, {}, { cancelAfter: entry => entry.includes(line) })
    await expectStopped(run, main)
    expect(await view.keys()).not.toContain(proofKey)
  })

  it('stops in the import, and leaves nothing', async () => {
    const { name } = await aCopy()
    proxy.fail({ method: 'GET', path: /database\.sql\.gz/ }, { kind: 'flip', atByte: Number.POSITIVE_INFINITY })
    proxy.fail({ method: 'GET', path: /database\.sql\.gz/ }, { kind: 'hang' })
    const importing = arrival(proxy, { method: 'GET', path: /database\.sql\.gz/ }, 2)
    const { run, main } = await drill(name, {}, { cancelAfter: importing })
    await expectStopped(run, main)
  })

  async function expectStopped(run: ActionRun, main: StepRun): Promise<void> {
    expect(run.conclusion).toBe('cancelled')
    expect(main.signals).not.toContain('SIGKILL')
    expect(main.annotations.error[0]?.message).toMatch(/^The run was cancelled\./)
    await expectNothingLeft()
  }
})

describe('a drill that was killed', () => {
  const killAfter = (entry: string) => entry.includes('The rows of ')

  it('is cleaned up after by its post step', async () => {
    const { name } = await aCopy()
    const { run } = await drill(name, {}, { killAfter })
    expect(run.post?.log.join('\n')).toContain(
      `Removed what a killed drill left: ${join(temp, 'make-a-backup-drill-')}`,
    )
    await expectNothingLeft()
  })

  it('is cleaned up after by the next verification of any level, when its post step did not run', async () => {
    const { name } = await aCopy()
    await drill(name, {}, { killAfter, post: 'lost' })
    const [left = ''] = await readdir(temp)
    expect(left).toMatch(/^make-a-backup-drill-/)
    const { main } = await drill(name, { level: 'stored' })
    expect(found(main).status).toBe('proven')
    expect(main.log.join('\n')).toContain(`Removed what a killed drill left: ${join(temp, left)}`)
    await expectNothingLeft()
  })
})
