import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { asStored } from '../../runner/encryption-switch'
import { bucketView } from '../../servers/bucket-view'
import { awkwardContent, awkwardDatabaseSql } from '../../servers/database/awkward-database'
import { command } from '../../servers/processes/command'
import {
  freshBucket,
  freshDatabase,
  freshDatabaseName,
  freshDocroot,
  testServices,
  testSql,
} from '../../servers/test-services'
import { type GoodBackup, goodBackup } from '../good-backup'
import { recordedDigest } from '../recorded-digest'
import { databaseOf, filesOf } from '../stored-manifest'

/** A manifest and its signature. */
const signed = ['running.manifest.json', 'running.manifest.json.sig']

const services = testServices()
const database = freshDatabaseName()
let docroot: string
let backup: GoodBackup
let startedMs: number
let endedMs: number
/** What others have put into the bucket. */
const strange = {
  'notes.txt': 'not ours',
  'running-backups/running.txt': 'nor this',
  'running.manifest.json': 'elsewhere',
}

beforeAll(async () => {
  await testSql(services, `CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`)
  await testSql(services, awkwardDatabaseSql, database)
  docroot = await freshDocroot(services)
  const name = await freshBucket(services)
  for (const [key, text] of Object.entries(strange)) await bucketView(services.s3, name).put(key, text)
  startedMs = Date.now()
  backup = await takeInto(name)
  endedMs = Date.now()
})

function takeInto(bucket: string, env: Record<string, string> = {}): Promise<GoodBackup> {
  const inputs = { databases: database, paths: docroot, rotation: 'running', 's3-bucket': bucket }
  return goodBackup(services, { inputs, env })
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function firstLine(program: string): Promise<string> {
  return (await command(program, ['--version'])).split('\n')[0]?.replace(/^\/\S*\//, '') ?? ''
}

/** A number that the server gives for the database; `?` stands for its name. */
async function counted(query: string): Promise<number> {
  return Number(await testSql(services, query.replace('?', `'${database}'`)))
}

describe('the manifest', () => {
  it('says what was taken, when, where and by which run', () => {
    const { manifest } = backup
    const startedAt = Date.parse(manifest.startedAt)
    expect(startedAt).toBeGreaterThanOrEqual(startedMs)
    expect(Date.parse(manifest.finishedAt)).toBeLessThanOrEqual(endedMs)
    expect(manifest).toMatchObject({
      slot: 'running',
      timezone: 'UTC',
      host: '127.0.0.1',
      run: {
        repository: 'acme/shop',
        id: expect.stringMatching(/^12345678\d\d$/),
        attempt: '1',
        event: 'schedule',
        url: `https://github.com/acme/shop/actions/runs/${manifest.run.id}/attempts/1`,
        workflow: '.github/workflows/backup.yml',
        step: 'backup/__self',
      },
    })
    for (const artifact of manifest.artifacts) {
      const moments = [startedAt, ...[artifact.startedAt, artifact.finishedAt, manifest.finishedAt].map(Date.parse)]
      expect(moments).toEqual(moments.toSorted((a, b) => a - b))
    }
  })

  it('names the tools by what they say of themselves', async () => {
    const { server, tool } = backup.manifest
    const release = await readFile('/etc/os-release', 'utf8')
    const version = (await testSql(services, 'SELECT VERSION()')).split('-')[0]
    const { version: packageVersion } = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile('package.json', 'utf8')))
    expect(tool.version).toBe(packageVersion)
    expect(server.os).toBe(/^PRETTY_NAME="(.*)"$/m.exec(release)?.[1])
    expect(server.database).toMatchObject({
      flavor: 'mariadb',
      version,
      dumpTool: await firstLine('mariadb-dump'),
    })
    expect(server.database?.options).toEqual(
      expect.arrayContaining(['--single-transaction', '--routines', '--events', '--triggers', '--hex-blob']),
    )
    expect(server.rsync).toBe(await firstLine('rsync'))
    expect(server.tar).toBe(await firstLine('tar'))
  })

  it('has the size, checksum and ETag of each stored object, and of what is in it', async () => {
    const { manifest, bucket, content } = backup
    expect(manifest.artifacts.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'database database',
      'files codebase',
    ])
    const recorded = await recordedDigest(manifest)
    for (const artifact of manifest.artifacts) {
      const stored = await bucket.bytes(artifact.key)
      const inside = await content(artifact)
      const head = await bucket.head(artifact.key)
      expect(artifact).toMatchObject({
        key: asStored(`running-backups/running.${artifact.kind === 'files' ? 'codebase.tar.gz' : 'database.sql.gz'}`),
        bytes: stored.length,
        sha256: sha256(stored),
        etag: head.etag,
        compression: 'gzip',
        content: { bytes: inside.length, sha256: recorded(inside) },
      })
      expect(head.bytes).toBe(stored.length)
    }
  })

  it('counts what information_schema and find count', async () => {
    const { content, database: name } = databaseOf(backup.manifest)
    expect(name).toBe(database)
    expect(content).toMatchObject({
      views: await counted('SELECT COUNT(*) FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ?'),
      triggers: await counted('SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?'),
      routines: await counted('SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ?'),
      events: await counted('SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ?'),
      characterSet: 'utf8mb4',
      collation: 'utf8mb4_unicode_ci',
    })
    expect(content.views).toBe(awkwardContent.views.length)
    expect(content.tables.map(table => table.name).sort()).toEqual(
      [...awkwardContent.tables, ...awkwardContent.sequences].sort(),
    )

    const found = async (type: string) => (await command('find', [docroot, '-type', type, '-printf', '.'])).length
    expect(filesOf(backup.manifest)).toMatchObject({
      paths: [docroot],
      content: { files: await found('f'), directories: await found('d'), links: await found('l') },
    })
  })
})

describe('the outputs', () => {
  it('are those of action.yml, and agree with the manifest', () => {
    const { main, manifest } = backup
    const { artifacts, warnings, 'duration-seconds': duration, ...plain } = main.outputs
    const stored = String(manifest.artifacts.reduce((sum, { bytes }) => sum + bytes, 0))
    expect(plain).toEqual({
      status: 'good',
      slot: 'running',
      'manifest-key': 'running-backups/running.manifest.json',
      bytes: stored,
      'sent-bytes': stored,
    })
    expect(JSON.parse(artifacts ?? '')).toEqual(
      manifest.artifacts.map(({ name, key, bytes, sha256 }) => ({ name, key, bytes, sha256 })),
    )
    expect(JSON.parse(warnings ?? '')).toEqual(manifest.warnings)
    const seconds = (Date.parse(manifest.finishedAt) - Date.parse(manifest.startedAt)) / 1000
    expect(duration).toBe(String(Math.round(seconds)))
  })
})

describe('the bucket', () => {
  it('holds the slot and its instructions, and no upload is left open', async () => {
    const { bucket } = backup
    const keys = (await bucket.keys()).filter(key => !(key in strange))
    expect(keys).toEqual(
      [
        ...['README.md', 'index.html', ...['running.codebase.tar.gz', 'running.database.sql.gz'].map(asStored)],
        ...[...signed, 'status.json'],
      ].map(name => `running-backups/${name}`),
    )
    expect(await bucket.openUploads()).toEqual([])
  })

  it('tells at each object which recovery point it belongs to', async () => {
    const { bucket, manifest } = backup
    for (const { key } of manifest.artifacts) {
      expect((await bucket.head(key)).metadata).toEqual({
        'make-a-backup-slot': 'running',
        'make-a-backup-run': `${manifest.run.id}-1`,
        'make-a-backup-taken-at': manifest.startedAt,
      })
    }
  })

  it('explains the recovery from exactly this bucket', async () => {
    const readme = await backup.bucket.text('running-backups/README.md')
    expect(readme).toContain(`s3://${backup.run.bucket}/running-backups`)
    expect(readme).toContain(services.s3.endpoint)
    expect(readme).toContain('mysql')
    expect(readme).toContain('tar -xpzf')
  })

  it('has every object replaced by the next run of the slot, and nothing else', async () => {
    const { bucket, manifest } = backup
    const second = await takeInto(backup.run.bucket, {
      GITHUB_RUN_ID: '1234567891',
      GITHUB_RUN_ATTEMPT: '2',
    })

    expect(second.manifest.artifacts.map(({ key }) => key)).toEqual(manifest.artifacts.map(({ key }) => key))
    expect(Date.parse(second.manifest.startedAt)).toBeGreaterThan(Date.parse(manifest.finishedAt))
    for (const artifact of second.manifest.artifacts) {
      expect((await bucket.head(artifact.key)).metadata).toEqual({
        'make-a-backup-slot': 'running',
        'make-a-backup-run': '1234567891-2',
        'make-a-backup-taken-at': second.manifest.startedAt,
      })
      expect(sha256(await bucket.bytes(artifact.key))).toBe(artifact.sha256)
    }
    for (const [key, text] of Object.entries(strange)) expect(await bucket.text(key)).toBe(text)
    expect(await bucket.keys()).toHaveLength(7 + Object.keys(strange).length)
    expect(await bucket.openUploads()).toEqual([])
    expect(second.main.summary).toContain('no change')
  })

  it.each([
    ['the root of the bucket', '', ''],
    ['a folder in a folder', 'web 1/hourly/', 'web 1/hourly/'],
  ])('can be used from %s', async (_place, prefix, folder) => {
    const name = await freshDatabase(services)
    await testSql(services, 'CREATE TABLE one (id INT PRIMARY KEY)', name)
    const { bucket } = await goodBackup(services, {
      inputs: { databases: name, 's3-prefix': prefix, rotation: 'running' },
    })
    expect((await bucket.keys()).sort()).toEqual(
      ['README.md', 'index.html', asStored('running.database.sql.gz'), ...signed, 'status.json'].map(
        key => folder + key,
      ),
    )
  })
})
