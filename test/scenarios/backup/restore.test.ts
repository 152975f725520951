import { copyFile, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ageKeyFile, isEncrypted } from '../../runner/encryption-switch'
import { awkwardContent, awkwardDatabaseSql } from '../../servers/database/awkward-database'
import { checksumDatabase } from '../../servers/database/checksum-database'
import { treeDigest } from '../../servers/docroot'
import { command } from '../../servers/processes/command'
import { downloadObject, filter, importDump } from '../../servers/processes/stock-tools'
import { freshDatabaseName, freshDocroot, freshFolder, testServices, testSql } from '../../servers/test-services'
import { dumpFingerprints } from '../dump-fingerprints'
import { type GoodBackup, goodBackup } from '../good-backup'
import { recordedDigest } from '../recorded-digest'
import { databaseOf, filesOf } from '../stored-manifest'

const services = testServices()
const sql = (text: string, database?: string) => testSql(services, text, database)
const database = freshDatabaseName()
let docroot: string
let first: GoodBackup
/** Holds the two objects as they were downloaded. */
let downloads: string

/** Who owns each file and folder. */
const owners = (folder: string) => command('find', [folder, '-printf', '%U:%G %P\\0'])

beforeAll(async () => {
  await sql(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`)
  await sql(awkwardDatabaseSql, database)
  docroot = await freshDocroot(services)
  if (process.getuid?.() === 0) await command('chown', ['12345:23456', join(docroot, 'app/run.sh')])
  first = await goodBackup(services, { inputs: { databases: database, paths: docroot, rotation: 'running' } })
  downloads = await freshFolder(services)
  for (const { key } of first.manifest.artifacts) {
    const file = join(downloads, basename(key))
    await downloadObject(services.s3, first.run.bucket, key, file)
    if (isEncrypted) await command('age', ['-d', '-i', ageKeyFile, '-o', join(downloads, basename(key, '.age')), file])
  }
})

/** An empty database with the defaults that the manifest names. */
async function emptyTarget(): Promise<string> {
  const { characterSet, collation } = databaseOf(first.manifest).content
  const name = freshDatabaseName()
  await sql(`CREATE DATABASE ${name} CHARACTER SET ${characterSet} COLLATE ${collation}`)
  return name
}

describe('a stored recovery point', () => {
  it('gives the database back object for object through aws, gunzip and mysql', async () => {
    const target = await emptyTarget()
    const dump = await filter('gunzip', ['-c', join(downloads, 'running.database.sql.gz')], Buffer.alloc(0))
    await importDump(services.mysql.clientConfig, target, dump)

    const [restored, original] = await Promise.all([target, database].map(name => checksumDatabase(sql, name)))
    expect(restored).toEqual(original)
    expect(restored?.join('\n')).toContain('utf8mb4_unicode_ci')
    expect(await sql("SELECT COUNT(*), SUM(t LIKE '%Dump completed%') FROM plain", target)).toBe('10\t2\n')
  })

  it('gives the files back as they were through aws and tar', async () => {
    const root = await freshFolder(services)
    await command('tar', ['-xpzf', join(downloads, 'running.codebase.tar.gz'), '-C', root])

    const restored = join(root, docroot)
    expect(await treeDigest(restored)).toEqual(await treeDigest(docroot))
    expect(await owners(restored)).toBe(await owners(docroot))
    expect((await readFile(join(restored, 'app/text-again.txt'))).length).toBeGreaterThan(1_000_000)
  })

  it('gives both back by the lines of the README beside it', async () => {
    const readme = await first.bucket.text('running-backups/README.md')
    const blocks = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block)
    const importing = blocks.find(block => block.includes('gunzip')) ?? ''
    const unpacking = blocks.find(block => block.includes('tar -xpzf')) ?? ''
    const target = await emptyTarget()
    const root = await freshFolder(services)
    const home = await freshFolder(services)
    await copyFile(services.mysql.clientConfig, join(home, '.my.cnf'))
    const user = target.slice(0, 20)
    await sql(
      `CREATE USER ${user}@localhost IDENTIFIED BY 'of the site'; GRANT ALL ON ${target}.* TO ${user}@localhost`,
    )
    const lines = [
      ...importing
        .split('\n')
        .filter(line => /^(first_line=|own_names=|prepared|gunzip )/.test(line) && !line.includes('.sql"')),
      ...unpacking.split('\n').filter(line => line.startsWith('sudo tar -xpzf')),
    ].map(line =>
      line
        .replace(/--user=shop --password (.*) shop$/, `--user=${user} --password='of the site' $1 ${target}`)
        .replace(/^sudo (.*) -C \/$/, `$1 -C ${root}`),
    )
    expect(lines).toHaveLength(5)
    const script = `set -e -o pipefail\ncd ${downloads}\nslot=running\n${lines.join('\n')}\n`
    await command('env', [`HOME=${home}`, 'bash', '-c', script])

    const [restored, original] = await Promise.all([target, database].map(name => checksumDatabase(sql, name)))
    // Views, triggers, routines and events belong to the user of the site now.
    const ofSomebody = (lines: readonly string[] = []) =>
      lines.map(line => line.replaceAll(/\t\w+@(localhost|%)/g, '\tsomebody'))
    expect(ofSomebody(restored)).toEqual(ofSomebody(original))
    expect(await treeDigest(join(root, docroot))).toEqual(await treeDigest(docroot))
  })

  it('names every file relative to the root of the server', async () => {
    const names = (
      await filter('tar', ['-tf', '-', '--quoting-style=escape'], await first.content(filesOf(first.manifest)))
    )
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
    const found = dumpFingerprints(await first.content(artifact), await recordedDigest(first.manifest))
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
