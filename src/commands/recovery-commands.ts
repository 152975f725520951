import { shellWord } from '../findings/shell-word'
import type { ReportedArtifact, RunReport } from './backup/run-report'
import type { ReportedStore } from './run-facts'

/**
 * The commands that bring exactly these objects back onto a server with stock tools, one line each: for a database its
 * making and its import, for files their unpacking in place.
 */
export function recoveryCommands({ artifacts, store }: Pick<RunReport, 'artifacts' | 'store'>): string[] {
  return artifacts.flatMap(artifact => {
    const { source } = artifact
    const fetch = fetchCommand(store, artifact.key)
    if (source.kind === 'files') return [`${fetch} | ${unpackers[artifact.compression]} -C /`]
    // Without it the MariaDB client takes the comments out of the bodies of triggers and routines.
    const importing = [
      'mysql --comments',
      ...(source.database.startsWith('-') ? ['--'] : []),
      shellWord(source.database),
    ].join(' ')
    return [
      `mysql -e ${shellWord(createStatement(source))}`,
      [fetch, ...decompressors[artifact.compression], importing].join(' | '),
    ]
  })
}

const decompressors: Readonly<Record<ReportedArtifact['compression'], readonly string[]>> = {
  gzip: ['gunzip'],
  zstd: ['zstd -dc'],
  none: [],
}

const unpackers: Readonly<Record<ReportedArtifact['compression'], string>> = {
  gzip: 'tar -xpzf -',
  zstd: 'zstd -dc | tar -xpf -',
  none: 'tar -xpf -',
}

function fetchCommand({ bucket, endpoint }: ReportedStore, key: string): string {
  const from = endpoint === undefined ? '' : `--endpoint-url ${shellWord(endpoint)} `
  return `aws ${from}s3 cp ${shellWord(`s3://${bucket}/${key}`)} -`
}

function createStatement(source: { database: string; characterSet: string; collation: string }): string {
  const name = `\`${source.database.replaceAll('`', '``')}\``
  return `CREATE DATABASE IF NOT EXISTS ${name} CHARACTER SET ${source.characterSet} COLLATE ${source.collation}`
}
