import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ActionRun } from '../../runner/emulator'
import { checksumDatabase } from '../../servers/database/checksum-database'
import { treeDigest } from '../../servers/docroot'
import { freshDatabaseName, freshFolder, testSql } from '../../servers/test-services'
import { openScene, type Scene } from '../failure/failure-scene'
import { goodBackup } from '../good-backup'
import { expectRefused, expectRestored, overwriting, restoreRun } from './restore-run'

let scene: Scene
/** The slots of the bucket, the older one first, with what the site's file `now.txt` said then. */
let slots: { name: string; takenAt: string; now: string }[]

const sql = (text: string, database?: string) => testSql(scene.services, text, database)
const nowIn = (folder: string) => readFile(join(folder, 'now.txt'), 'utf8')

beforeAll(async () => {
  scene = await openScene()
  const { manifests } = await scene.snapshot()
  const [older, newer] = Object.values(manifests).sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
  if (older === undefined || newer === undefined) throw new Error('The scene has too few recovery points.')
  const target = await place()
  await restored({ snapshot: older.slot, ...target.inputs })
  slots = [
    { name: older.slot, takenAt: older.startedAt, now: await nowIn(target.folder) },
    { name: newer.slot, takenAt: newer.startedAt, now: await nowIn(scene.docroot) },
  ]
  expect(slots[0]?.now).not.toBe(slots[1]?.now)
})
afterAll(() => scene?.close())

/** Names of its own for a restore beside the live site. */
async function place() {
  const database = freshDatabaseName()
  const folder = join(await freshFolder(scene.services), 'copy')
  return {
    database,
    folder,
    inputs: { databases: `${scene.database}=${database}`, paths: `${scene.docroot}=${folder}` },
  }
}

async function restored(inputs: Readonly<Record<string, string>>): Promise<ActionRun> {
  const run = await restoreRun(scene.services, scene.bucket, { inputs })
  expectRestored(run)
  return run
}

describe('a restore of', () => {
  it('an older slot steps back to it, database and files', async () => {
    const [older] = slots
    const { database, folder, inputs } = await place()
    const run = await restored({ snapshot: older?.name ?? '', ...inputs })
    expect(await nowIn(folder)).toBe(older?.now)
    expect(await sql('SELECT note FROM orders WHERE id = 1', database)).toBe(`${older?.now}\n`)
    expect(run.main?.outputs['slot']).toBe(older?.name)
    expect(run.main?.outputs['taken-at']).toBe(older?.takenAt)
  })

  it('the latest takes the newest, under other names, and leaves the live site alone', async () => {
    const live = await treeDigest(scene.docroot)
    const { database, folder, inputs } = await place()
    await restored(inputs)
    expect(await nowIn(folder)).toBe(slots[1]?.now)
    expect(await sql('SELECT COUNT(*) FROM aa_noise', database)).toBe('3000\n')
    expect(await treeDigest(scene.docroot)).toEqual(live)
    expect((await readdir(dirname(folder))).sort()).toEqual(['copy'])
  })

  it('a moment takes the newest at or before it', async () => {
    const [older, newer] = slots
    const between = new Date(Date.parse(newer?.takenAt ?? '') - 1).toISOString()
    for (const [snapshot, wanted] of [
      [between, older],
      [newer?.takenAt ?? '', newer],
    ] as const) {
      const { folder, inputs } = await place()
      await restored({ snapshot, ...inputs, databases: 'none' })
      expect(await nowIn(folder)).toBe(wanted?.now)
    }
  })

  it('a moment before all of them says so', async () => {
    const run = await restoreRun(scene.services, scene.bucket, {
      inputs: { snapshot: '2020-01-01T00:00:00Z', ...(await place()).inputs },
    })
    const message = expectRefused(run, [/There is no good recovery point at or before 2020-01-01T00:00:00/])
    for (const { name } of slots) expect(message).toContain(name)
  })

  it('the database alone, then the folder alone', async () => {
    const { database, folder, inputs } = await place()
    await restored({ ...inputs, paths: 'none' })
    expect(await readdir(dirname(folder))).toEqual([])
    await restored({ ...inputs, databases: 'none' })
    expect(await sql('SELECT COUNT(*) FROM orders', database)).toBe('3\n')
    expect(await nowIn(folder)).toBe(slots[1]?.now)
  })

  it('a database into one that exists and is empty gives it the defaults of the old one', async () => {
    const { database, inputs } = await place()
    await sql(`CREATE DATABASE ${database} CHARACTER SET latin1`)
    await restored({ ...inputs, paths: 'none' })
    expect(
      await sql(
        `SELECT COUNT(DISTINCT DEFAULT_COLLATION_NAME) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN ('${database}', '${scene.database}')`,
      ),
    ).toBe('1\n')
  })

  it('a folder into one that exists and is empty leaves nothing beside it', async () => {
    const { folder, inputs } = await place()
    await mkdir(folder)
    const run = await restored({ ...inputs, databases: 'none' })
    expect(await readdir(dirname(folder))).toEqual(['copy'])
    expect(JSON.parse(run.main?.outputs['restored'] ?? '')[0]).toMatchObject({ kept: null })
  })

  it('several databases and folders, all of them or some', async () => {
    const [one, other] = [freshDatabaseName(), freshDatabaseName()]
    for (const name of [one, other])
      await sql(`CREATE DATABASE ${name}; CREATE TABLE ${name}.t (id INT); INSERT INTO ${name}.t VALUES (1)`)
    const folder = await freshFolder(scene.services)
    for (const name of ['a', 'b']) {
      await mkdir(join(folder, name))
      await writeFile(join(folder, name, 'file'), name)
    }
    const paths = ['a', 'b'].map(name => join(folder, name))
    const { run } = await goodBackup(scene.services, {
      inputs: { databases: `${one}\n${other}`, paths: paths.join('\n') },
    })
    const again = (inputs: Readonly<Record<string, string>>) => restoreRun(scene.services, run.bucket, { inputs })

    expectRestored(
      await again({ databases: `${other}=${other}_copy`, paths: `${paths[1]}=${join(folder, 'copy of b')}` }),
    )
    expect(await sql(`SELECT COUNT(*) FROM ${other}_copy.t`)).toBe('1\n')
    expect(await readFile(join(folder, 'copy of b/file'), 'utf8')).toBe('b')

    await sql(`DELETE FROM ${one}.t; DELETE FROM ${other}.t`)
    await writeFile(join(folder, 'a/file'), 'spoiled')
    expectRestored(await again(overwriting(scene.services)))
    expect(await sql(`SELECT (SELECT COUNT(*) FROM ${one}.t), (SELECT COUNT(*) FROM ${other}.t)`)).toBe('1\t1\n')
    expect(await readFile(join(folder, 'a/file'), 'utf8')).toBe('a')
  })
})

describe('databases whose views build on tables of each other', () => {
  let one: string
  let other: string
  let bucket: string
  beforeAll(async () => {
    // The first one is imported first.
    const name = freshDatabaseName()
    one = `${name}_a`
    other = `${name}_b`
    for (const name of [one, other])
      await sql(
        `CREATE DATABASE ${name}; CREATE TABLE ${name}.t (id INT PRIMARY KEY, v INT); INSERT INTO ${name}.t VALUES (1, 2)`,
      )
    await sql(`CREATE VIEW ${one}.w AS SELECT v FROM ${other}.t; CREATE VIEW ${other}.w AS SELECT v FROM ${one}.t;
      CREATE VIEW ${one}.x AS SELECT v FROM ${other}.w; CREATE EVENT ${one}.e ON SCHEDULE EVERY 1 DAY DO DELETE FROM ${other}.t WHERE id < 0`)
    const { run } = await goodBackup(scene.services, { inputs: { databases: `${one}\n${other}` } })
    bucket = run.bucket
  })
  const checksums = async () => [await checksumDatabase(sql, one), await checksumDatabase(sql, other)]

  it('are restored when they are gone', async () => {
    const before = await checksums()
    await sql(`DROP DATABASE ${one}; DROP DATABASE ${other}`)
    expectRestored(await restoreRun(scene.services, bucket))
    expect(await checksums()).toEqual(before)
  })

  it('are put back, both of them, when the import of the second fails', async () => {
    await sql(`UPDATE ${one}.t SET v = 3; UPDATE ${other}.t SET v = 3`)
    const before = await checksums()
    scene.tools.replace(
      ['mariadb'],
      `case "$*" in *--binary-mode*--database=${other}*)
  if mkdir '${scene.home}/sabotaged' 2>/dev/null; then { head -c 500; echo "'; nonsense;"; } | "$real/mariadb" "$@"; exit; fi ;;
esac
exec "$real/mariadb" "$@"`,
    )
    try {
      const run = await restoreRun(scene.services, bucket, { inputs: overwriting(scene.services) })
      const message = expectRefused(run, [/failed at line/])
      for (const name of [one, other])
        expect(message).toContain(`The database "${name}" is what it was before, restored`)
      expect(await checksums()).toEqual(before)
    } finally {
      scene.tools.restore()
    }
  })
})

describe('a dry run', () => {
  it('shows what would be replaced by what, and writes nothing', async () => {
    // Other tests make databases of their own meanwhile.
    const state = async () => [
      await treeDigest(scene.docroot),
      await scene.snapshot(),
      await sql(`SHOW DATABASES LIKE '${scene.database}%'`),
    ]
    const before = await state()
    const run = await restoreRun(scene.services, scene.bucket, {
      inputs: { 'dry-run': 'true', overwrite: 'true' },
    })
    expect(run.conclusion).toBe('success')
    expect(run.main?.outputs['status']).toBe('dry-run')
    expect(run.main?.outputs['restored']).toBe('[]')
    const log = run.main?.log.join('\n') ?? ''
    expect(log).toContain(
      `database "${scene.database}" (3 tables, 1 view, 1 trigger, 1 routine, 1 event) -> "${scene.database}", which has 3 tables, 1 view, 1 routine, 1 event: it is dumped into the bucket, then replaced`,
    )
    expect(log).toContain(
      `folder ${scene.docroot} (5 files, 3 directories, 0 symbolic links) -> ${scene.docroot}, which exists and is not empty`,
    )
    expect(run.main?.summary).toMatch(/What a restore would do/)
    expect(await state()).toEqual(before)
  })

  it('is red when the restore could not be done, with the same findings', async () => {
    const run = await restoreRun(scene.services, scene.bucket, { inputs: { 'dry-run': 'true' } })
    expect(run.conclusion).toBe('failure')
    expect(run.main?.annotations.error[0]?.message).toMatch(/2 things are wrong/)
    expect(run.main?.summary).toMatch(/2 things prevent this restore/)
  })
})
