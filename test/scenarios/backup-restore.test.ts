import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { awkwardContent, awkwardDatabaseSql } from '../servers/awkward-database'
import { checksumDatabase } from '../servers/checksum-database'
import { command } from '../servers/command'
import { treeDigest } from '../servers/docroot'
import { downloadObject, filter, importDump } from '../servers/stock-tools'
import {
  freshDatabaseName,
  freshDocroot,
  freshFolder,
  testServices,
  testSql,
} from '../servers/test-services'
import { dumpFingerprints } from './dump-fingerprints'
import { type GoodBackup, goodBackup } from './good-backup'
import { databaseOf, filesOf } from './stored-manifest'

const services = testServices()
const sql = (text: string, database?: string) => testSql(services, text, database)
const database = freshDatabaseName()
let docroot: string
let first: GoodBackup

/** Names of the root's children only: the restored tree stands deep below its own root. */
const owners = (folder: string) => command('find', [folder, '-printf', '%U:%G %P\\0'])

beforeAll(async () => {
  await sql(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`)
  await sql(awkwardDatabaseSql, database)
  docroot = await freshDocroot(services)
  if (process.getuid?.() === 0) await command('chown', ['12345:23456', join(docroot, 'app/run.sh')])
  first = await goodBackup(services, { inputs: { databases: database, paths: docroot, rotation: 'running' } })
})

describe('a stored recovery point', () => {
  it('gives the database back object for object through aws, gunzip and mysql', async () => {
    const { key, content } = databaseOf(first.manifest)
    const file = join(await freshFolder(services), 'dump.sql.gz')
    await downloadObject(services.s3, first.run.bucket, key, file)
    const target = freshDatabaseName()
    await sql(`CREATE DATABASE ${target} CHARACTER SET ${content.characterSet} COLLATE ${content.collation}`)
    await importDump(services.mysql.clientConfig, target, await filter('gunzip', ['-c', file], Buffer.alloc(0)))

    const restored = await checksumDatabase(sql, target)
    expect(restored).toEqual(await checksumDatabase(sql, database))
    expect(restored.join('\n')).toContain('utf8mb4_unicode_ci')
    expect(await sql('SELECT COUNT(*), SUM(t LIKE \'%Dump completed%\') FROM plain', target)).toBe('10\t2\n')
  })

  it('gives the files back as they were through aws and tar', async () => {
    const { key } = filesOf(first.manifest)
    const folder = await freshFolder(services)
    const file = join(folder, 'codebase.tar.gz')
    await downloadObject(services.s3, first.run.bucket, key, file)
    await command('tar', ['-xpzf', file, '-C', folder])

    const restored = join(folder, docroot.slice(1))
    expect(await treeDigest(restored)).toEqual(await treeDigest(docroot))
    expect(await owners(restored)).toBe(await owners(docroot))
    expect((await readFile(join(restored, 'app/text-again.txt'))).length).toBeGreaterThan(1_000_000)
  })

  it('names every file relative to the root of the server', async () => {
    const names = (await filter('tar', ['-tf', '-', '--quoting-style=escape'], await first.content(filesOf(first.manifest))))
      .toString('latin1')
      .trimEnd()
      .split('\n')
    expect(names).toContain(`${docroot.slice(1)}/public/index.php`)
    expect(names.filter(name => !name.startsWith(`${docroot.slice(1)}/`))).toEqual([])
  })
})

describe('the fingerprints of tables', () => {
  it('are the sha256 of the INSERT lines of each table, as a plain reading of the dump finds them', async () => {
    const artifact = databaseOf(first.manifest)
    const found = dumpFingerprints(await first.content(artifact))
    expect(found.map(({ name }) => name).sort()).toEqual([...awkwardContent.tables].sort())
    expect(artifact.content.tables.filter(({ name }) => name !== 'numbering')).toEqual(found)
    expect(found.find(({ name }) => name === 'plain')?.bytes).toBeGreaterThan(500)
  })

  it('stay when nothing changed, and change for exactly the table whose row did', async () => {
    const { bucket } = first.run
    const inputs = { databases: database, rotation: 'running', 's3-bucket': bucket }
    const again = await goodBackup(services, { inputs })
    expect(databaseOf(again.manifest).content.tables).toEqual(databaseOf(first.manifest).content.tables)

    await sql("UPDATE plain SET t = 'changed' WHERE id = 4", database)
    const changed = databaseOf((await goodBackup(services, { inputs })).manifest).content.tables
    const before = new Map(databaseOf(first.manifest).content.tables.map(({ name, sha256 }) => [name, sha256]))
    expect(changed.filter(({ name, sha256 }) => before.get(name) !== sha256).map(({ name }) => name)).toEqual(['plain'])
  })
})
