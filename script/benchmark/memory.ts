import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { withBucket } from './bench-bucket'
import type { BenchPlace } from './bench-place'
import { startCompressingGateway } from './compressing-gateway'
import { linkMirror, makeHollowFile } from './data'
import { runOurs } from './ours'
import { megabytes, type Section, seconds, table } from './report-rows'

/**
 * Memory over time, for a stream of 1 GB and a large one. The content is zeros, from a file of holes, so that neither the
 * server's disk nor the store in memory must hold it; runner and network see every byte.
 */
export async function benchMemory({ services, options, folder, say }: BenchPlace): Promise<Section[]> {
  const gateway = await startCompressingGateway(services.rgw, join(services.folder, '../rgw'))
  try {
    const rows: string[][] = []
    for (const bytes of [1e9, options.memoryBytes]) {
      const source = join(folder, 'hollow')
      const mirror = join(folder, 'mirrors/hollow')
      await makeHollowFile(source, bytes)
      await linkMirror(source, mirror)
      const inputs = { paths: source, 'mirror-dir': mirror, compression: 'none' }
      const through = { ...services, s3: gateway.account }
      const { usage } = await withBucket(services.s3, bucket =>
        runOurs(through, options.action, bucket.name, inputs),
      )
      const at = (share: number) => {
        const sample = usage.memory.find(({ atMs }) => atMs >= usage.wallMs * share)
        return `${megabytes(sample?.rssBytes ?? 0)} MB`
      }
      const tenths = [0.1, 0.3, 0.5, 0.7, 0.9]
      const peak = `${megabytes(usage.peakRssBytes)} MB`
      const row = [`${(bytes / 1e9).toFixed(1)} GB`, seconds(usage.wallMs), ...tenths.map(at), peak]
      rows.push(row)
      say(`memory: ${row.join(', ')}`)
      await rm(source, { recursive: true })
      await rm(mirror, { recursive: true })
    }
    const heading = ['stream', 'wall', '10 %', '30 %', '50 %', '70 %', '90 %', 'peak']
    return [{ title: 'Memory over time', lines: table(heading, rows) }]
  } finally {
    await gateway.stop()
  }
}
