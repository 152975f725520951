import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noise } from '../../servers/docroot'
import { freshDatabase, freshFolder, testServices, testSql } from '../../servers/test-services'
import { goodBackup } from '../good-backup'
import { databaseOf, filesOf } from '../stored-manifest'

const services = testServices()
const megabyte = 1024 * 1024

describe('a backup of 100 MB', () => {
  it('puts nothing on the runner’s disk and holds little of it in memory', async () => {
    const database = await freshDatabase(services)
    await testSql(
      services,
      'CREATE TABLE big (id INT PRIMARY KEY, t MEDIUMTEXT); INSERT INTO big SELECT seq, REPEAT(SHA2(seq, 512), 4096) FROM seq_1_to_60',
      database,
    )
    const folder = await freshFolder(services)
    const block = noise(megabyte, 'block')
    const file = Buffer.concat(Array.from({ length: 70 }, () => block))
    await writeFile(join(folder, 'upload.bin'), file)

    const { run, main, manifest, bucket, content } = await goodBackup(services, {
      inputs: { databases: database, paths: folder, compression: 'none' },
      // What Node compiled is written once, by the run that comes first.
      env: { NODE_DISABLE_COMPILE_CACHE: '1' },
    })
    expect(databaseOf(manifest).bytes).toBeGreaterThan(30 * megabyte)
    expect(filesOf(manifest).bytes).toBeGreaterThan(70 * megabyte)
    expect(main.peakFileBytes).toBeLessThan(megabyte)
    expect(main.diskWriteBytes).toBeLessThan(megabyte)
    expect(main.peakRssBytes).toBeLessThan(256 * megabyte)
    expect(run.leftFiles).toEqual([])
    for (const artifact of manifest.artifacts) {
      const stored = await bucket.bytes(artifact.key)
      expect(createHash('sha256').update(stored).digest('hex')).toBe(artifact.sha256)
      expect(artifact.etag).toMatch(/-\d+$/)
    }
    expect((await content(filesOf(manifest))).includes(file.subarray(0, 2 * megabyte))).toBe(true)
  })
})
