import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../../test/servers/processes/command'
import { quoted } from './baselines'
import { withBucket } from './bench-bucket'
import type { BenchPlace } from './bench-place'
import { dumpOptions } from './dumps'
import { runOurs } from './ours'
import { megabytes, type Section, seconds, table } from './report-rows'
import { runRestore } from './restores'
import { allCpuSeconds, measure, type Usage } from './usage'

/** Processor seconds of everything, the servers included. */
interface Cost {
  usage: Usage
  cpuSeconds: number
}

const database = 'bench_tables'
const copy = 'bench_tables_copy'

/**
 * Databases of many small tables, as a network of sites has them: what a table costs, beside the stock tools. A backup
 * against the dump tool and gzip, a restore with its comparison against the client that reads the same dump.
 */
export async function benchTables(place: BenchPlace): Promise<Section[]> {
  const { services, options, folder, say } = place
  await mkdir(folder, { recursive: true })
  const rows: string[][] = []
  for (const count of options.tableCounts) {
    say(`Making ${count.toLocaleString('en')} tables`)
    await makeTables(services.mariadb.sql, count)
    const row = await benchCount(place, count)
    say(`tables: ${row.join(' | ')}`)
    rows.push(row)
  }
  await services.mariadb.sql(`DROP DATABASE ${database}; DROP DATABASE IF EXISTS ${copy}`)
  const heading = ['tables', '`mariadb-dump | gzip`', 'backup', '', '`gunzip | mariadb`', 'restore', '', 'peak memory']
  return [{ title: 'Many tables', lines: table(heading, rows) }]
}

async function makeTables(sql: (text: string, database?: string) => Promise<string>, count: number): Promise<void> {
  await sql(`DROP DATABASE IF EXISTS ${database}; CREATE DATABASE ${database} CHARACTER SET utf8mb4`)
  const atOnce = 1_000
  for (let from = 0; from < count; from += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, count - from) }, (_, index) => from + index)
    await sql(numbers.map(tableSql).join(''), database)
  }
}

/** Five posts of one site. */
function tableSql(site: number): string {
  const row = (post: number) =>
    `(${post},1,'2026-11-27 12:00:00','The text of post ${post} of site ${site}, with a few words more.','Post ${post}','post-${post}')`
  const name = `wp_${site}_posts`
  return `CREATE TABLE ${name} (ID bigint unsigned NOT NULL AUTO_INCREMENT, author bigint unsigned NOT NULL, at datetime NOT NULL,
    content longtext NOT NULL, title text NOT NULL, name varchar(200) NOT NULL, PRIMARY KEY (ID), KEY name (name(191)), KEY author (author, at));
  INSERT INTO ${name} VALUES ${[1, 2, 3, 4, 5].map(row).join(',')};
`
}

/** The cells of one row. */
async function benchCount(place: BenchPlace, count: number): Promise<string[]> {
  const { services, options, folder } = place
  const file = quoted(join(folder, 'dump.sql.gz'))
  const login = `--defaults-file=${quoted(services.mysql.clientConfig)}`
  const bash = (script: string) => command('bash', ['-c', `set -o pipefail; ${script}`])
  const emptied = (name: string) => services.mariadb.sql(`DROP DATABASE IF EXISTS ${name}`)
  const dump = await cheapest(options.repeat, () =>
    bash(`mariadb-dump ${login} ${dumpOptions} ${database} | gzip >${file}`),
  )
  const load = await cheapest(
    options.repeat,
    () => bash(`gzip -dc ${file} | mariadb ${login} --binary-mode ${copy}`),
    () => services.mariadb.sql(`DROP DATABASE IF EXISTS ${copy}; CREATE DATABASE ${copy} CHARACTER SET utf8mb4`),
  )
  const [backup, restore] = await withBucket(services.s3, async bucket => {
    const one = await cheapest(options.repeat, () =>
      runOurs(services, options, bucket.name, { databases: database, compression: 'gzip' }),
    )
    const other = await cheapest(
      options.repeat,
      () => runRestore(services, options, bucket.name, { databases: `${database}=${copy}`, paths: 'none' }),
      () => emptied(copy),
    )
    return [one, other] as const
  })
  return [
    count.toLocaleString('en'),
    ...[shown(dump), shown(backup), ratio(backup, dump)],
    ...[shown(load), shown(restore), ratio(restore, load)],
    `${megabytes(backup.usage.peakRssBytes)} MB, ${megabytes(restore.usage.peakRssBytes)} MB`,
  ]
}

async function cheapest(
  times: number,
  work: () => Promise<unknown>,
  before: () => Promise<unknown> = async () => {},
): Promise<Cost> {
  const costs: Cost[] = []
  for (let index = 0; index < times; index++) {
    await before()
    const cpuBefore = allCpuSeconds()
    const { usage } = await measure(work)
    costs.push({ usage, cpuSeconds: allCpuSeconds() - cpuBefore })
  }
  const [first, ...others] = costs
  if (first === undefined) throw new Error('Nothing was measured.')
  return others.reduce((best, each) => (each.cpuSeconds < best.cpuSeconds ? each : best), first)
}

function shown({ usage, cpuSeconds }: Cost): string {
  return `${seconds(usage.wallMs)}, CPU ${cpuSeconds.toFixed(1)} s`
}

/** Of processor seconds: a wall clock says more about what else the machine does. */
function ratio(ours: Cost, theirs: Cost): string {
  return `× ${(ours.cpuSeconds / theirs.cpuSeconds).toFixed(2)}`
}
