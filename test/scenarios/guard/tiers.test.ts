import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asStored } from '../../runner/encryption-switch'
import { command } from '../../servers/processes/command'
import { freshBucket, freshDatabase, freshFolder, testServices, testSql } from '../../servers/test-services'
import { brokenRecoveryPoints, bucketSnapshot } from '../bucket-snapshot'
import { goodBackup } from '../good-backup'

const services = testServices()

/** Where it is about noon, the day does not end between two runs. */
const hour = new Date().getUTCHours()
const [timezone, hoursAhead] = hour >= 6 && hour < 18 ? (['UTC', 0] as const) : (['Etc/GMT-12', 12] as const)

describe('the longer tiers', () => {
  it('get whole copies of the first recovery point of their day and week, and no other', async () => {
    const [bucket, database, folder] = await Promise.all([
      freshBucket(services),
      freshDatabase(services),
      freshFolder(services),
    ])
    await testSql(
      services,
      "CREATE TABLE notes (id INT PRIMARY KEY, t TEXT); INSERT INTO notes VALUES (1, 'one')",
      database,
    )
    await writeFile(join(folder, 'index.php'), '<?php\n')
    const inputs = {
      databases: database,
      paths: folder,
      rotation: 'running',
      's3-bucket': bucket,
      timezone,
      'keep-daily': '2',
      'keep-weekly': '1',
    }
    const first = await goodBackup(services, { inputs })
    const shifted = Date.parse(first.manifest.startedAt) + hoursAhead * 3_600_000
    const [date = ''] = new Date(shifted).toISOString().split('T')
    const week = (await command('date', ['-u', '-d', date, '+%G-W%V'])).trim()
    const entries = [`daily/${date}`, `weekly/${week}`]

    const made = await bucketSnapshot(services.s3, bucket)
    const ends = [...['codebase.tar.gz', 'database.sql.gz'].map(asStored), 'manifest.json', 'manifest.json.sig']
    expect(Object.keys(made.objects).sort()).toEqual(
      [
        'running-backups/README.md',
        ...['running', ...entries].flatMap(entry => ends.map(end => `running-backups/${entry}.${end}`)),
      ].sort(),
    )
    expect(Object.keys(made.manifests).sort()).toEqual([...entries, 'running'].sort())
    expect(brokenRecoveryPoints(made)).toEqual([])
    expect(made.openUploads).toEqual([])
    for (const entry of entries) {
      const { startedAt, artifacts } = made.manifests[entry] ?? {}
      expect(startedAt).toBe(first.manifest.startedAt)
      const copied = artifacts?.map(({ name, sha256 }) => ({ name, sha256 }))
      expect(copied).toEqual(first.manifest.artifacts.map(({ name, sha256 }) => ({ name, sha256 })))
    }

    await testSql(services, "UPDATE notes SET t = 'two'", database)
    const second = await goodBackup(services, { inputs })
    expect(second.manifest.artifacts[0]?.sha256).not.toBe(first.manifest.artifacts[0]?.sha256)
    const kept = await bucketSnapshot(services.s3, bucket)
    const inTiers = ({ objects }: typeof kept) =>
      Object.entries(objects).filter(([key]) => /\/(daily|weekly)\//.test(key))
    expect(inTiers(kept)).toEqual(inTiers(made))
    expect(kept.manifests['running']?.startedAt).toBe(second.manifest.startedAt)
    expect(brokenRecoveryPoints(kept)).toEqual([])
  })
})
