import { quoted } from './baselines'
import type { BenchPlace } from './bench-place'
import { compareStreams } from './compare-streams'
import { fillDatabase } from './database'
import { gzip } from './files'
import type { Section } from './report-rows'

/** Dumps of one database, as they are and compressed by the server. */
export async function benchDatabase(place: BenchPlace): Promise<Section[]> {
  const { services, options, say } = place
  const name = 'bench_shop'
  say('Filling a database')
  await fillDatabase(services.mariadb.sql, name, options.databaseBytes)
  const dump = `mariadb-dump --defaults-file=${quoted(services.mysql.clientConfig)} ${dumpOptions} ${name}`
  const sections: Section[] = []
  for (const compression of ['none', 'gzip'] as const) {
    const title = compression === 'gzip' ? 'Database dump, gzip' : 'Database dump, as it is'
    sections.push(
      await compareStreams(place, {
        name: title,
        inputs: { databases: name, compression },
        command: compression === 'gzip' ? `${dump} | ${gzip}` : dump,
        contentBytes: options.databaseBytes,
        compression,
      }),
    )
  }
  return sections
}

/** The base options of the action. */
export const dumpOptions =
  '--single-transaction --quick --routines --events --triggers --hex-blob --comments --no-tablespaces ' +
  '--default-character-set=utf8mb4 --max-allowed-packet=1G'
