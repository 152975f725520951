import { startFaultProxy } from '../../test/servers/fault-proxy'
import { withBucket } from './bench-bucket'
import type { BenchPlace } from './bench-place'
import { runOurs } from './ours'
import { type Section, table } from './report-rows'
import { spreadOf } from './rounds'

const runs = 5

/**
 * How long a run takes to get going: of a database so small that its dump is one part, from the start of the process to
 * the opening of the upload (the dump tool is running then) and to the arrival of that part, which holds the dump's
 * last byte.
 */
export async function benchFirstByte({ services, options }: BenchPlace): Promise<Section[]> {
  const name = 'bench_small'
  await services.mariadb.sql(
    `CREATE OR REPLACE DATABASE ${name}; CREATE TABLE ${name}.notes (id INT PRIMARY KEY); INSERT INTO ${name}.notes VALUES (1)`,
  )
  const proxy = await startFaultProxy({ upstream: services.s3.endpoint })
  const seen: { opened: number; arrived: number; ended: number }[] = []
  try {
    for (let index = 0; index < runs; index++) {
      proxy.clear()
      const startedAt = performance.now()
      let opened = 0
      let arrived = 0
      const watch = setInterval(() => {
        for (const { method, query } of proxy.requests) {
          if (method === 'POST' && query.has('uploads')) opened ||= performance.now() - startedAt
          if (method === 'PUT' && query.has('partNumber')) arrived ||= performance.now() - startedAt
        }
      }, 2)
      const through = { ...services, s3: { ...services.s3, endpoint: proxy.endpoint } }
      await withBucket(services.s3, bucket =>
        runOurs(through, options, bucket.name, { databases: name }).then(({ usage }) => {
          seen.push({ opened, arrived, ended: usage.wallMs })
        }),
      ).finally(() => clearInterval(watch))
    }
  } finally {
    await proxy.stop()
  }
  const row = (what: string, times: number[]) => {
    const sorted = times.toSorted((a, b) => a - b)
    const show = (ms: number | undefined) => `${((ms ?? 0) / 1000).toFixed(2)} s`
    return [what, show(sorted[0]), show(sorted[Math.floor(runs / 2)]), show(sorted[runs - 1])]
  }
  const rows = [
    row(
      'the upload is open, the dump tool runs',
      seen.map(({ opened }) => opened),
    ),
    row(
      "the dump's last byte is at the store",
      seen.map(({ arrived }) => arrived),
    ),
    row(
      'the process has ended',
      seen.map(({ ended }) => ended),
    ),
  ]
  const heading = [`a tiny database, ${runs} runs: from the start until`, 'least', 'median', 'most']
  const { median } = spreadOf(seen.map(({ opened }) => opened / 1000))
  const measured = [{ what: 'From the start to the first byte', figure: median, limit: 1.5, unit: ' s' }]
  return [{ title: 'From start to first byte', lines: table(heading, rows), measured }]
}
