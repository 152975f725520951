import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asStored } from '../../runner/encryption-switch'
import { bucketView } from '../../servers/bucket-view'
import {
  freshBucket,
  freshDatabase,
  freshDatabaseName,
  freshFolder,
  testServices,
  testSql,
} from '../../servers/test-services'
import { goodBackup } from '../good-backup'
import { databaseOf } from '../stored-manifest'

/** A manifest and its signature. */
const signed = ['running.manifest.json', 'running.manifest.json.sig']

const services = testServices()
const sql = (text: string, database?: string) => testSql(services, text, database)

/** A database with one row, named `name`, or one of a name that nobody uses. */
async function smallDatabase(name?: string): Promise<string> {
  const database = name ?? (await freshDatabase(services))
  const quoted = `\`${database.replaceAll('`', '``')}\``
  if (name !== undefined) await sql(`CREATE DATABASE ${quoted} CHARACTER SET utf8mb4`)
  await sql(
    `CREATE TABLE ${quoted}.notes (id INT PRIMARY KEY, t TEXT); INSERT INTO ${quoted}.notes VALUES (1, 'of ${freshDatabaseName()}')`,
  )
  return database
}

/** A folder with one file. */
async function smallFolder(): Promise<string> {
  const folder = await freshFolder(services)
  await writeFile(join(folder, 'index.php'), '<?php\n')
  return folder
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** What a clock on the wall shows where it is always so many hours ahead of UTC: no calendar of the runtime is asked. */
function wallClock(instant: string, hoursAhead: number) {
  const shifted = new Date(Date.parse(instant) + hoursAhead * 3_600_000)
  const [date = '', time = ''] = shifted.toISOString().split('T')
  const [year = '', month = '', day = ''] = date.split('-')
  const [hour = '', minute = ''] = time.split(':')
  return { weekday: weekdays[shifted.getUTCDay()] ?? '', date, year, month, day, hour, minute }
}

describe('the name of the slot', () => {
  type Clock = ReturnType<typeof wallClock>

  it.each<[string, string, (clock: Clock) => string]>([
    ['hour-of-week', 'the weekday and the hour', ({ weekday, hour }) => `${weekday}-${hour}-00`],
    ['day-of-week', 'the weekday', ({ weekday }) => weekday],
    [
      'at_{date}-{year}{month}{day}-{weekday}-{hour}h{minute}',
      'what the template says',
      ({ date, year, month, day, weekday, hour, minute }) =>
        `at_${date}-${year}${month}${day}-${weekday}-${hour}h${minute}`,
    ],
  ])('with rotation %s is %s', async (rotation, _what, named) => {
    const database = await smallDatabase()
    const { manifest, main, bucket } = await goodBackup(services, {
      inputs: { databases: database, rotation },
    })
    const slot = named(wallClock(manifest.startedAt, 0))
    expect(manifest.slot).toBe(slot)
    expect(main.outputs['slot']).toBe(slot)
    expect(await bucket.keys()).toEqual(
      [
        ...[asStored('database.sql.gz'), 'manifest.json', 'manifest.json.sig'].map(
          end => `running-backups/${slot}.${end}`,
        ),
        ...['README.md', 'index.html', 'status.json'].map(name => `running-backups/${name}`),
      ].sort(),
    )
  })

  it('goes by the clock of the time zone, also where another day has begun there', async () => {
    // At any time one of the two is on another day. Neither knows summer time.
    const [timezone, hoursAhead] =
      new Date().getUTCHours() >= 10 ? (['Pacific/Kiritimati', 14] as const) : (['Pacific/Pago_Pago', -11] as const)
    const inputs = { databases: await smallDatabase(), timezone }
    const { manifest } = await goodBackup(services, { inputs })
    const there = wallClock(manifest.startedAt, hoursAhead)
    expect(manifest).toMatchObject({ slot: `${there.weekday}-${there.hour}-00`, timezone })
    const atHome = wallClock(manifest.startedAt, 0)
    expect(there).not.toMatchObject({ weekday: atHome.weekday, hour: atHome.hour })
  })
})

describe('the objects of a slot', () => {
  it('are one for each database that the user may see with databases: *, none of the system', async () => {
    const names = [await smallDatabase(), await smallDatabase(`${freshDatabaseName()} % two`)].sort()
    const user = { 'mysql-user': freshDatabaseName(), 'mysql-password': 'sees few databases' }
    for (const host of ['localhost', '127.0.0.1']) {
      await sql(`CREATE USER ${user['mysql-user']}@'${host}' IDENTIFIED BY '${user['mysql-password']}'`)
      for (const name of [...names, 'mysql', 'sys']) {
        await sql(
          `GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON \`${name.replaceAll('_', '\\_').replaceAll('%', '\\%')}\`.* TO ${user['mysql-user']}@'${host}'`,
        )
      }
    }
    const { bucket, manifest } = await goodBackup(services, {
      inputs: { databases: '*', rotation: 'running', ...user },
    })
    const artifacts = names.map(name => `${encodeURIComponent(name)}.database`)
    expect(manifest.artifacts.map(({ name }) => name).sort()).toEqual(artifacts)
    expect((await bucket.keys()).filter(key => key.includes('.sql'))).toEqual(
      artifacts.map(name => asStored(`running-backups/running.${name}.sql.gz`)),
    )
  })

  it('are the files alone when no database is asked for', async () => {
    const { bucket, manifest, main } = await goodBackup(services, {
      inputs: { paths: await smallFolder(), rotation: 'running' },
    })
    expect(manifest.artifacts).toHaveLength(1)
    expect(manifest.server).not.toHaveProperty('database')
    expect(await bucket.keys()).toEqual(
      [
        ...['README.md', 'index.html', asStored('running.codebase.tar.gz'), 'running.manifest.json'],
        ...['running.manifest.json.sig', 'status.json'],
      ].map(name => `running-backups/${name}`),
    )
    expect(main.summary).not.toContain('mysql')
  })

  it('are the database alone when no folder is asked for', async () => {
    const { bucket, manifest, main } = await goodBackup(services, {
      inputs: { databases: await smallDatabase(), rotation: 'running' },
    })
    expect(manifest.artifacts.map(({ kind }) => kind)).toEqual(['database'])
    expect(Object.keys(manifest.server)).toEqual(['os', 'database'])
    expect((await bucket.keys()).filter(key => key.includes('codebase'))).toEqual([])
    expect(main.summary).not.toContain('tar -x')
  })

  it('change with what is taken: what no recovery point names any more goes, all else stays', async () => {
    const name = await freshBucket(services)
    const bucket = bucketView(services.s3, name)
    const others = [
      'running.database.sql.gz',
      'running-backups/running.txt',
      'running-backups/running-2.database.sql.gz',
      'running-backups/daily/running.database.sql.gz',
      'running-backups/running.somebody.sql.gz',
    ]
    for (const key of others) await bucket.put(key, `${key} stays`)
    const [one, two] = [await smallDatabase(), await smallDatabase(`${freshDatabaseName()} + 'two'`)]
    const common = { rotation: 'running', 's3-bucket': name }
    const objects = async () =>
      (await bucket.keys())
        .filter(key => !others.includes(key) && !/(README\.md|index\.html|status\.json)$/.test(key))
        .map(key => key.replace('running-backups/', ''))

    await goodBackup(services, { inputs: { ...common, databases: one, paths: await smallFolder() } })
    expect(await objects()).toEqual([
      ...['running.codebase.tar.gz', 'running.database.sql.gz'].map(asStored),
      ...signed,
    ])

    const several = await goodBackup(services, { inputs: { ...common, databases: `${two}\n${one}\n` } })
    const both = [one, two].map(each => asStored(`running.${encodeURIComponent(each)}.database.sql.gz`))
    expect(await objects()).toEqual([...both, ...signed].sort())
    expect(several.manifest.artifacts.map(({ name: artifact }) => artifact)).toEqual(
      [two, one].map(each => `${encodeURIComponent(each)}.database`),
    )
    for (const database of [one, two]) {
      const dump = await several.content(databaseOf(several.manifest, database))
      expect(dump.toString()).toContain(await sql('SELECT t FROM notes', database).then(text => text.trim()))
    }

    await goodBackup(services, { inputs: { ...common, databases: two, compression: 'zstd' } })
    expect(await objects()).toEqual([asStored('running.database.sql.zst'), ...signed])
    for (const key of others) expect(await bucket.text(key)).toBe(`${key} stays`)
  })
})
