import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Services } from '../../test/servers/services'
import { withBucket } from './bench-bucket'
import type { BenchPlace } from './bench-place'
import { startCompressingGateway } from './compressing-gateway'
import { linkMirror, makeHollowFile } from './data'
import { fillDatabase } from './database'
import type { Measured } from './limits'
import { runOurs } from './ours'
import { megabytes, type Section, seconds, table } from './report-rows'

/**
 * Memory over time, for a stream of 1 GB, the same beside a dump, and a large one. The files are zeros, from holes, so
 * that neither the server's disk nor the store in memory must hold them; network and runner see every byte.
 */
export async function benchMemory(place: BenchPlace): Promise<Section[]> {
  const { services, options, say } = place
  const database = 'bench_beside'
  const dumpBytes = 400e6
  await fillDatabase(services.mariadb.sql, database, dumpBytes)
  const gateway = await startCompressingGateway(services.rgw, join(services.folder, '../rgw'))
  try {
    const through = { ...services, s3: gateway.account }
    const cases = [
      { name: 'files, 1 GB', bytes: 1e9, inputs: {} },
      { name: 'files, 1 GB, and a dump of 0.4 GB', bytes: 1e9, inputs: { databases: database } },
      {
        name: `files, ${(options.memoryBytes / 1e9).toFixed(0)} GB`,
        bytes: options.memoryBytes,
        inputs: {},
      },
    ]
    const rows: string[][] = []
    const measured: Measured[] = []
    for (const { name, bytes, inputs } of cases) {
      const { cells, peakRssBytes } = await followMemory(place, through, bytes, inputs)
      const row = [name, ...cells]
      measured.push({ what: `Peak memory of ${name}`, figure: peakRssBytes / 1e6, limit: 200, unit: ' MB' })
      rows.push(row)
      say(`memory: ${row.join(', ')}`)
    }
    const heading = ['uncompressed', 'wall', ...shares.map(share => `at ${share * 100} %`), 'peak']
    return [{ title: 'Memory over time', lines: table(heading, rows), measured }]
  } finally {
    await gateway.stop()
  }
}

const shares = [0.1, 0.3, 0.5, 0.7, 0.9]

/** The cells of one row, and the peak. */
async function followMemory(
  { options, folder }: BenchPlace,
  services: Services,
  bytes: number,
  inputs: Readonly<Record<string, string>>,
): Promise<{ cells: string[]; peakRssBytes: number }> {
  const source = join(folder, 'hollow')
  const mirror = join(folder, 'mirrors/hollow')
  await makeHollowFile(source, bytes)
  await linkMirror(source, mirror)
  const files = { paths: source, 'mirror-dir': mirror, compression: 'none' }
  const { usage } = await withBucket(services.s3, bucket =>
    runOurs(services, options, bucket.name, { ...files, ...inputs }),
  )
  await rm(source, { recursive: true })
  await rm(mirror, { recursive: true })
  const at = (share: number) => usage.memory.find(({ atMs }) => atMs >= usage.wallMs * share)?.rssBytes ?? 0
  const { peakRssBytes } = usage
  const shown = [...shares.map(at), peakRssBytes].map(bytes => `${megabytes(bytes)} MB`)
  return { cells: [seconds(usage.wallMs), ...shown], peakRssBytes }
}
