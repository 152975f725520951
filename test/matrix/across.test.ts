import { join } from 'node:path'
import type { GoodBackup } from '../scenarios/good-backup'
import { expectRestored } from '../scenarios/restore/restore-run'
import { makeDocroot, treeDigest } from '../servers/docroot'
import { freshFolder } from '../servers/test-services'
import { awkwardSql } from './awkward'
import { expectProven, onWays } from './servers'

onWays('a move', (source, target) => {
  let database: string
  let docroot: string
  let before: { database: string[]; files: string[] }
  let backup: GoodBackup

  beforeAll(async () => {
    database = await source.database(awkwardSql(source))
    docroot = join(await freshFolder(source.services), 'html')
    await makeDocroot(docroot)
    before = { database: await source.contents(database), files: await treeDigest(docroot) }
    backup = await source.backup({ databases: database, paths: docroot })
  })

  it('is proven by a drill on the newer version', async () => {
    expectProven(await target.drill(backup.run.bucket))
  })

  it('brings every row, every body and every file', async () => {
    expectRestored(await target.restore(backup.run.bucket, { paths: `${docroot}=${docroot}.moved` }))
    expect((await target.contents(database)).map(newerWords)).toEqual(before.database.map(newerWords))
    expect(await treeDigest(`${docroot}.moved`)).toEqual(before.files)
  })
})

/** Newer versions say some things in other words. */
function newerWords(line: string): string {
  return line
    .replaceAll('/*!100301 COMPRESSED*/', '/*M!100301 COMPRESSED*/')
    .replace(/`PAGE_COMPRESSED`=1$/, "`PAGE_COMPRESSED`='1'")
    .replace('INVISIBLE DEFAULT 7', 'DEFAULT 7 INVISIBLE')
    .replace(/\butf8(?=_|\b)/g, 'utf8mb3')
}
