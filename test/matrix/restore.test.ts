import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { GoodBackup } from '../scenarios/good-backup'
import { expectRefused, expectRestored } from '../scenarios/restore/restore-run'
import { makeDocroot, treeDigest } from '../servers/docroot'
import { freshFolder } from '../servers/test-services'
import { awkwardSql } from './awkward'
import { expectProven, onServers } from './servers'

onServers('a database of every type and kind, and its files', server => {
  let database: string
  let docroot: string
  let before: { database: string[]; files: string[] }
  let backup: GoodBackup

  beforeAll(async () => {
    database = await server.database(awkwardSql(server))
    docroot = join(await freshFolder(server.services), 'html')
    await makeDocroot(docroot)
    before = await now()
    backup = await server.backup({ databases: database, paths: docroot })
  })

  const now = async () => ({ database: await server.contents(database), files: await treeDigest(docroot) })

  async function change(): Promise<void> {
    await server.sql("DELETE FROM many WHERE id < 100; UPDATE plain SET t = 'later' WHERE id = 1", database)
    await server.shell(`date >"$1"/now.txt; rm "$1/.env"`.replaceAll('$1', docroot))
  }

  it('is backed up with no warning that it does not deserve', () => {
    expect(backup.manifest.warnings.map(({ code }) => code)).toEqual([
      ...['non-transactional-tables', 'float-columns', 'undefined-bytes', 'outside-links'],
    ])
    expect(backup.manifest.server.database).toMatchObject({
      flavor: server.flavor,
      version: expect.stringContaining(server.version),
    })
  })

  it('is proven by a drill on the same version', async () => {
    expectProven(await server.drill(backup.run.bucket))
  })

  it('comes back on a server that has nothing of it', async () => {
    await server.sql(`DROP DATABASE ${database}`)
    await rm(docroot, { recursive: true })
    expectRestored(await server.restore(backup.run.bucket))
    expect(await now()).toEqual(before)
  })

  it('comes back over a live database, and what was there is kept', async () => {
    await change()
    const live = await now()
    const run = await server.restore(backup.run.bucket, server.overwriting)
    expectRestored(run)
    expect(await now()).toEqual(before)
    const [, folder] = JSON.parse(run.main?.outputs['restored'] ?? '[]')
    expect(await treeDigest(folder.kept)).toEqual(live.files)
    const [key] = JSON.parse(run.main?.outputs['safety-backup-keys'] ?? '[]')
    expect(key).toMatch(/^running-backups\/before-restore\/.*\.sql\.gz$/)
  })

  it('is what it was before when the import fails in its middle', async () => {
    await change()
    const live = await now()
    const run = await server.failingRestore(backup.run.bucket, database)
    expectRefused(run, [/The import into database .* failed at line \d+.*error 1064/, /is what it was before/])
    expect(await now()).toEqual(live)
  })
})
