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
    await server.shell(sabotage(database))
    try {
      const run = await server.restore(backup.run.bucket, server.overwriting)
      expectRefused(run, [/The import into database .* failed at line \d+.*error 1064/, /is what it was before/])
    } finally {
      await server.shell('rm /usr/local/bin/*')
    }
    expect(await now()).toEqual(live)
  })
})

/** The first import into the database is cut in its middle by SQL that nobody can run; all others go well. */
const sabotage = (database: string) => `
for client in mariadb mysql; do
  [ -x /usr/bin/$client ] || continue
  cat >/usr/local/bin/$client <<END
#!/bin/sh
case "\\$*" in *--binary-mode*--database=${database}*)
  if mkdir /tmp/sabotaged-${database} 2>/dev/null; then
    { head -c 100000; printf "\\n';\\nnonsense in the middle;\\n"; } | /usr/bin/$client "\\$@"
    exit
  fi ;;
esac
exec /usr/bin/$client "\\$@"
END
  chmod 755 /usr/local/bin/$client
done`
