import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asStored } from '../../runner/encryption-switch'
import { noise, treeDigest } from '../../servers/docroot'
import { importDump, opened, unpackArchive } from '../../servers/processes/stock-tools'
import { freshDatabase, freshFolder, testServices, testSql } from '../../servers/test-services'
import { type GoodBackup, goodBackup } from '../good-backup'
import { recordedDigest } from '../recorded-digest'
import { databaseOf, filesOf } from '../stored-manifest'

const services = testServices()
const megabyte = 1024 * 1024
let database: string
let folder: string

beforeAll(async () => {
  database = await freshDatabase(services)
  await testSql(
    services,
    'CREATE TABLE words (id INT PRIMARY KEY, t TEXT); INSERT INTO words SELECT seq, CONCAT(SHA1(seq), REPEAT(MD5(seq DIV 7), 3)) FROM seq_1_to_5000',
    database,
  )
  folder = await freshFolder(services)
  const repeated = noise(megabyte, 'repeated')
  await writeFile(join(folder, 'noise'), Buffer.concat([repeated, noise(megabyte * 2.5, 'between'), repeated]))
})

function take(compression: string, level = ''): Promise<GoodBackup> {
  const inputs = {
    databases: database,
    paths: folder,
    rotation: 'running',
    compression,
    'compression-level': level,
  }
  return goodBackup(services, { inputs })
}

/** Puts everything back with stock tools and compares. */
async function expectWhole({ manifest, content }: GoodBackup): Promise<void> {
  const target = await freshDatabase(services)
  await importDump(services.mysql.clientConfig, target, await content(databaseOf(manifest)))
  const checksum = async (name: string) =>
    (await testSql(services, 'CHECKSUM TABLE words EXTENDED', name)).split('\t')[1]
  expect(await checksum(target)).toBe(await checksum(database))
  const root = await freshFolder(services)
  await unpackArchive(await content(filesOf(manifest)), root)
  expect(await treeDigest(join(root, folder.slice(1)))).toEqual(await treeDigest(folder))
}

function expectObjects({ manifest }: GoodBackup, compression: string, suffix: string): void {
  expect(manifest.artifacts.map(({ key, compression: kind }) => [key, kind])).toEqual([
    [asStored(`running-backups/running.database.sql${suffix}`), compression],
    [asStored(`running-backups/running.codebase.tar${suffix}`), compression],
  ])
}

describe('the input compression', () => {
  it.each([
    ['', 0],
    ['9', 2],
  ])('takes gzip, with level "%s"', async (level, effort) => {
    const backup = await take('gzip', level)
    expectObjects(backup, 'gzip', '.gz')
    await expectWhole(backup)
    for (const { key } of backup.manifest.artifacts) {
      const head = (await opened(key, await backup.bucket.bytes(key))).subarray(0, 10)
      // RFC 1952: the ninth byte tells a compressor that tried its best (2). No name and no time stand in the head.
      expect([...head.subarray(0, 9)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, effort])
    }
  })

  it('takes zstd, with a level and without', async () => {
    const [byDefault, small] = [await take('zstd'), await take('zstd', '19')]
    for (const backup of [byDefault, small]) {
      expectObjects(backup, 'zstd', '.zst')
      await expectWhole(backup)
    }
    // Only a high level looks back far enough to find the repeated megabyte.
    expect(filesOf(byDefault.manifest).bytes - filesOf(small.manifest).bytes).toBeGreaterThan(megabyte * 0.9)
  })

  it('stores the streams as they are with none', async () => {
    const backup = await take('none')
    expectObjects(backup, 'none', '')
    const recorded = await recordedDigest(backup.manifest)
    for (const { key, content } of backup.manifest.artifacts) {
      const stored = await opened(key, await backup.bucket.bytes(key))
      expect({ bytes: stored.length, sha256: recorded(stored) }).toEqual({
        bytes: content.bytes,
        sha256: content.sha256,
      })
    }
    await expectWhole(backup)
  })
})
