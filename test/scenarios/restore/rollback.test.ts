import { copyFile, readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ageKeyFile } from '../../runner/encryption-switch'
import { checksumDatabase } from '../../servers/database/checksum-database'
import { treeDigest } from '../../servers/docroot'
import { command } from '../../servers/processes/command'
import { freshFolder, testSql } from '../../servers/test-services'
import { openScene, type Scene } from '../failure/failure-scene'
import { lastingProcesses, serverProcess } from '../server-processes'
import { expectRefused, expectRestored, overwriting, restoreRun } from './restore-run'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterEach(async () => {
  scene.tools.restore()
  // What was stalled would pass for the next one.
  await lastingProcesses(scene.home, 20_000)
})
afterAll(() => scene?.close())

const sql = (text: string, database?: string) => testSql(scene.services, text, database)

/** The live site, which differs from every recovery point. */
async function liveSite(): Promise<{ database: string[]; files: string[] }> {
  await sql("UPDATE orders SET note = 'written after the backup' WHERE id = 1", scene.database)
  return siteNow()
}

async function siteNow(): Promise<{ database: string[]; files: string[] }> {
  return {
    database: await checksumDatabase(sql, scene.database),
    files: await treeDigest(scene.docroot),
  }
}

/** Names beside the document root that a restore made. */
async function besides(): Promise<string[]> {
  const names = await readdir(dirname(scene.docroot))
  return names.filter(name => name.includes('restor'))
}

const run = (overrides: Parameters<typeof restoreRun>[2] = {}) => restoreRun(scene.services, scene.bucket, overrides)

/** The first import on the server is cut in its middle by SQL that nobody can run; all others go well. */
function sabotageFirstImport(): void {
  scene.tools.replace(
    ['mariadb'],
    `case "$*" in *--binary-mode*)
  if mkdir '${scene.home}/sabotaged' 2>/dev/null; then
    { head -c 1500000; printf '\\n%s\\n' "'; nonsense in the middle;"; } | "$real/mariadb" "$@"
    exit
  fi ;;
esac
exec "$real/mariadb" "$@"`,
  )
}

/** Imports bring another text than the dump has. */
function changeImports(text: string): void {
  scene.tools.replace(
    ['mariadb'],
    `case "$*" in *--binary-mode*) set -o pipefail; sed 's/${text}/changed/' | "$real/mariadb" "$@"; exit ;; esac
exec "$real/mariadb" "$@"`,
  )
}

/** Imports stop in their middle and wait there. */
function stallImports(): void {
  scene.tools.replace(
    ['mariadb'],
    `case "$*" in *--binary-mode*) { head -c 1500000; exec sleep 9; } | "$real/mariadb" "$@"; exit ;; esac
exec "$real/mariadb" "$@"`,
  )
}

describe('a restore over a live site', () => {
  it('is refused without being asked for, with everything named and nothing touched', async () => {
    const before = await liveSite()
    const bucket = await scene.snapshot()
    const message = expectRefused(await run(), [
      /2 things are wrong/,
      /exists and has 3 tables, 1 view, 1 routine, 1 event/,
    ])
    expect(message).toContain(scene.docroot)
    expect(message).toMatch(/Still safe: Nothing on the server was changed/)
    expect(await siteNow()).toEqual(before)
    expect(await scene.snapshot()).toEqual(bucket)
    expect(await besides()).toEqual([])
  })

  it.each([
    ['nothing', {}],
    ['another host', { confirm: 'web2.example.com' }],
  ])('is refused when "confirm" is %s', async (_name, confirm) => {
    const before = await siteNow()
    expectRefused(await run({ inputs: { overwrite: 'true', ...confirm } }), [
      /Input "confirm" must repeat "ssh-host" \("127\.0\.0\.1"\)/,
    ])
    expect(await siteNow()).toEqual(before)
  })

  it('is done when it is asked for and confirmed: a dump of what was there, the old folder beside the new one', async () => {
    const before = await liveSite()
    const restored = await run({ inputs: overwriting(scene.services) })
    expectRestored(restored)
    expect(await sql('SELECT note FROM orders WHERE id = 1', scene.database)).toBe(
      `${await readFile(join(scene.docroot, 'now.txt'), 'utf8')}\n`,
    )

    const [key = ''] = JSON.parse(restored.main?.outputs['safety-backup-keys'] ?? '[]')
    expect(key).toMatch(
      /^running-backups\/before-restore\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\..*\.database\.sql\.gz(\.age)?$/,
    )
    expect((await scene.snapshot()).objects).toHaveProperty([key])

    const [, folder] = JSON.parse(restored.main?.outputs['restored'] ?? '[]')
    expect(await besides()).toEqual([basename(folder.kept)])
    expect(await treeDigest(folder.kept)).toEqual(before.files)
    expect(restored.main?.summary).toContain(folder.kept)
    expect(restored.main?.summary).toContain(key)
    await command('rm', ['-r', folder.kept])
  })

  it('puts the database back when the import fails, and says so', async () => {
    const before = await liveSite()
    sabotageFirstImport()
    const failed = await run({ inputs: overwriting(scene.services) })
    const message = expectRefused(failed, [/The import into database .* failed at line \d+.*error 1064/])
    expect(message).toMatch(/is what it was before, restored from running-backups\/before-restore\/\S+ and compared/)
    expect(message).toMatch(/Every folder in use is as it was/)
    expect(await siteNow()).toEqual(before)
    expect(await besides()).toEqual([])
    expect(failed.post?.annotations).toEqual({ notice: [], warning: [], error: [] })
  })

  it('finds a row that the import changed and puts the database back, or keeps it where that is accepted', async () => {
    const before = await liveSite()
    changeImports(await readFile(join(scene.docroot, 'now.txt'), 'utf8'))
    const inputs = { ...overwriting(scene.services), paths: 'none' }
    const failed = await run({ inputs })
    expectRefused(failed, [
      /differs from its dump: table "orders" has other values in 1 of [\d,]+ rows in column "note"; the first is row 1\./,
      /is what it was before, restored from \S+ and compared/,
      /keep the database as it is with "accept-differences: true"/,
    ])
    const differences = [
      expect.objectContaining({ ...{ table: 'orders', otherRows: 1, firstRow: 1, columns: ['note'] } }),
    ]
    expect(JSON.parse(failed.main?.outputs['differences'] ?? '')).toEqual(differences)
    expect(await siteNow()).toEqual(before)
    const kept = await run({ inputs: { ...inputs, 'accept-differences': 'true' } })
    expectRestored(kept)
    expect(JSON.parse(kept.main?.outputs['differences'] ?? '')).toEqual(differences)
    expect(await sql('SELECT note FROM orders WHERE id = 1', scene.database)).toBe('changed\n')
  })

  it('says precisely where the dump is when it is cancelled in an import, and its commands put the site back', async () => {
    const before = await liveSite()
    stallImports()
    const cancelled = await run({
      inputs: { ...overwriting(scene.services), paths: 'none' },
      cancelAfter: serverProcess(scene.home, 'sleep'),
    })
    expect(cancelled.conclusion).toBe('cancelled')
    expect(cancelled.main?.signals).not.toContain('SIGKILL')
    const [{ message = '' } = {}] = cancelled.main?.annotations.error ?? []
    expect(message).toMatch(/^The run was cancelled\. .*The import into the database .* had begun/)
    scene.tools.restore()
    await followByHand(message)
    expect(await siteNow()).toEqual(before)
    expect(cancelled.post?.annotations.error.map(({ title }) => title)).toEqual(['The restore is half done'])
  })

  it('leaves it to the post step to say so when it is killed in an import', async () => {
    const before = await liveSite()
    stallImports()
    const killed = await run({
      inputs: overwriting(scene.services),
      killAfter: serverProcess(scene.home, 'sleep'),
    })
    expect(killed.main?.signals).toEqual(['SIGKILL'])
    const [{ message = '' } = {}] = killed.post?.annotations.error ?? []
    expect(message).toMatch(/is incomplete: its import was interrupted/)
    scene.tools.restore()
    await followByHand(message)
    expect(await siteNow()).toEqual(before)
    expect(await besides()).toEqual([])
  })

  it('takes back a database that it made itself when it is cancelled', async () => {
    stallImports()
    const target = `${scene.database}_copy`
    const cancelled = await run({
      inputs: { databases: `${scene.database}=${target}`, paths: 'none' },
      cancelAfter: serverProcess(scene.home, 'sleep'),
    })
    expect(cancelled.conclusion).toBe('cancelled')
    expect(await sql(`SHOW DATABASES LIKE '${target.replaceAll('_', '\\_')}'`)).toBe('')
    expect(cancelled.post?.annotations.error).toEqual([])
  })
})

/** Runs the commands that an annotation names, as a person on the server would. */
async function followByHand(message: string): Promise<void> {
  const commands =
    /Restore it on the server: ((?:ls key\.txt && )?mysql -e .* \| gunzip \| .* \| mysql --user=SITE_USER --password \S+ \S+ \S+)$/m.exec(
      message,
    )?.[1] ?? ''
  expect(commands).toMatch(/DROP DATABASE .* && mysql -e .*CREATE DATABASE .* && aws .* s3 cp /)
  const { s3, mysql } = scene.services
  const folder = await freshFolder(scene.services)
  await copyFile(ageKeyFile, join(folder, 'key.txt'))
  await command('bash', [
    '-c',
    `set -euo pipefail
cd ${folder}
mysql() { mariadb --defaults-file='${mysql.clientConfig}' "$@"; }
export AWS_ACCESS_KEY_ID='${s3.accessKey}' AWS_SECRET_ACCESS_KEY='${s3.secretKey}' AWS_DEFAULT_REGION=us-east-1 HOME='${scene.home}'
${commands.replace('--user=SITE_USER --password', '')}`,
  ])
}
