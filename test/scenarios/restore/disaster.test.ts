import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ActionRun } from '../../runner/emulator'
import { awkwardContent, awkwardDatabaseSql } from '../../servers/database/awkward-database'
import { checksumDatabase } from '../../servers/database/checksum-database'
import { makeDocroot, treeDigest } from '../../servers/docroot'
import { command } from '../../servers/processes/command'
import { type SiteServer, startSiteServer } from '../../servers/site-server'
import { freshFolder, testServices } from '../../servers/test-services'
import { goodBackup } from '../good-backup'
import { expectRestored, restoreRun } from './restore-run'

const services = testServices()
const database = 'two  words'
let docroot: string
let before: { database: string[]; files: string[]; owners: string }
let run: ActionRun
let second: SiteServer

const owners = (folder: string) => command('find', [folder, '-printf', '%U:%G %P\\0'])

/** Server A is backed up and lost, with its files; an empty server B gets the site from the bucket. */
beforeAll(async () => {
  const first = await startSiteServer(services, await freshFolder(services))
  docroot = join(await freshFolder(services), 'var/www/html')
  try {
    await makeDocrootAt(docroot)
    await first.mariadb.sql(`CREATE DATABASE \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`)
    await first.mariadb.sql(awkwardDatabaseSql, database)
    before = {
      database: await checksumDatabase(first.mariadb.sql, database),
      files: await treeDigest(docroot),
      owners: await owners(docroot),
    }
    const { run: backup } = await goodBackup(first.services, {
      inputs: { databases: database, paths: docroot },
    })
    await first.stop()
    await rm(dirname(dirname(dirname(docroot))), { recursive: true })

    second = await startSiteServer(services, await freshFolder(services))
    run = await restoreRun(second.services, backup.bucket)
  } finally {
    await first.stop()
  }
})
afterAll(() => second?.stop())

async function makeDocrootAt(folder: string): Promise<void> {
  await command('mkdir', ['-p', folder])
  await makeDocroot(folder)
  if (process.getuid?.() === 0) await command('chown', ['12345:23456', join(folder, 'app/run.sh')])
}

describe('a server that is lost', () => {
  it('comes back on an empty one in a green run', () => {
    expectRestored(run)
  })

  it('comes back with every table, row, view, trigger, routine and event', async () => {
    expect(await checksumDatabase(second.mariadb.sql, database)).toEqual(before.database)
  })

  it('comes back with every file, its mode, time, links and owner', async () => {
    expect(await treeDigest(docroot)).toEqual(before.files)
    expect(await owners(docroot)).toBe(before.owners)
  })

  it('comes back without leftovers beside it', async () => {
    const names = await command('ls', ['-A', dirname(docroot)])
    expect(names).toBe('html\n')
    expect(await command('ls', ['-A', dirname(dirname(docroot))])).toBe('www\n')
  })

  it('is told of in the outputs', () => {
    const outputs = run.main?.outputs ?? {}
    expect(JSON.parse(outputs['restored'] ?? '')).toEqual([
      {
        kind: 'database',
        database,
        target: database,
        tables: awkwardContent.tables.length + awkwardContent.sequences.length,
      },
      { kind: 'folder', path: docroot, target: docroot, files: expect.any(Number), kept: null },
    ])
    expect(outputs['slot']).toMatch(/^[A-Z][a-z]+day-\d\d-00$/)
    expect(Date.parse(outputs['taken-at'] ?? '')).toBeGreaterThan(Date.now() - 600_000)
    expect(outputs['safety-backup-keys']).toBe('[]')
    expect(Number(outputs['duration-seconds'])).toBeGreaterThanOrEqual(0)
  })

  it('is told of in the summary, with what was compared', () => {
    const summary = run.main?.summary ?? ''
    expect(summary).toMatch(/✅ Restored, and compared with the manifest/)
    expect(summary).toContain(
      `${awkwardContent.tables.length + awkwardContent.sequences.length} tables with every row of the dump`,
    )
  })
})
