import { type Finding, warning } from '../../../findings/finding'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { RereadDatabase } from '../restore/reread-database'
import { isOwnTablespace } from '../target/check-traits'
import { packetFor, stockPacketBytes } from '../traits/record-traits'
import { traitIn } from '../traits/trait'
import { createTablespace } from '../traits/trait-warnings'

/**
 * What a throwaway server has beyond a stock one, since the server that was backed up had it. Everything is from a
 * manifest, which is untrusted text: only known settings, with values that need no quoting.
 */
export interface DrillSettings {
  /** Options for making its data folder and for starting it. */
  options: readonly string[]
  /** For the running server, one statement a line; one that fails is passed over. */
  sql: readonly string[]
  /** Time zones that it must know by name. */
  zones: readonly string[]
  /** What a new server must have, as lines of my.cnf and as SQL. */
  needed: readonly string[]
}

type Settings = Readonly<Record<string, string>>

/** Those that only a start of the server can set. */
const startSettings = [
  'innodb_page_size',
  'lower_case_table_names',
  'ft_min_word_len',
  'innodb_ft_min_token_size',
  'ngram_token_size',
]

/** What an import or the site depends on, and a running server takes. What import sessions set is not among these. */
const runningSettings = [
  ...[
    'innodb_default_row_format',
    'innodb_file_per_table',
    'explicit_defaults_for_timestamp',
    'default_storage_engine',
  ],
  ...['character_set_server', 'collation_server', 'group_concat_max_len', 'default_week_format', 'lc_time_names'],
  ...['div_precision_increment', 'block_encryption_mode', 'time_zone', 'sql_mode'],
]

/** The settings for a drill of these dumps. */
export function drillSettings(
  { settings = {}, flavor }: { settings?: Settings; flavor: string },
  databases: readonly Pick<RereadDatabase, 'artifact' | 'needs'>[],
): DrillSettings {
  const contents = databases.map(({ artifact }) => artifact.content)
  const packetBytes = Math.max(...contents.map(({ longestStatementBytes = 0 }) => longestStatementBytes))
  const needsPacket = packetBytes >= stockPacketBytes[flavor === 'mysql' ? 'mysql' : 'mariadb']
  const packet = needsPacket ? [`max_allowed_packet=${packetFor(packetBytes)}`] : []
  const started = startSettings.flatMap(name => lineOf(settings, name, /^\d{1,6}$/))
  const spaces = new Set(databases.flatMap(({ needs }) => needs.tablespaces.filter(isOwnTablespace)))
  const statements = [...[...spaces].map(createTablespace), ...contents.flatMap(ownStatements)]
  const zones = contents.flatMap(({ traits }) => traitIn(traits, 'named-time-zones')?.names.filter(isZone) ?? [])
  return {
    options: [...started, ...packet].map(line => `--loose-${line.replaceAll('_', '-')}`),
    sql: [
      ...runningSettings.flatMap(name =>
        lineOf(settings, name, /^[\w+,:/-]*$/).map(
          line => `SET GLOBAL ${name} = ${literal(line.slice(name.length + 1))};`,
        ),
      ),
      ...statements,
    ],
    zones: zones.length === 0 ? [] : [...new Set([...zones, 'Europe/Berlin'])],
    needed: [
      ...[...started.filter(isNoStock), ...packet, ...codeSettings(contents), ...statements],
      ...(zones.length === 0 ? [] : ['mysql_tzinfo_to_sql /usr/share/zoneinfo | mysql mysql']),
    ],
  }
}

/** As a warning of the drill; [] when a stock server would do. */
export function neededWarning({ needed }: DrillSettings): Finding[] {
  if (needed.length === 0) return []
  return [
    warning(
      'server-settings',
      'The throwaway server had settings that a stock server does not have, since the old server had them. A new one must have them too before a restore.',
      `In its my.cnf, below [mysqld] (restart it then; innodb_page_size and lower_case_table_names count only when its data folder is made), and as SQL or a command where it is one:\n${needed.join('\n')}`,
    ),
  ]
}

function lineOf(settings: Settings, name: string, pattern: RegExp): string[] {
  const value = settings[name]
  return value !== undefined && pattern.test(value) ? [`${name}=${value}`] : []
}

function isZone(name: string): boolean {
  return /^[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(name)
}

function literal(value: string): string {
  return /^\d+$/.test(value) ? value : `'${value}'`
}

function isNoStock(line: string): boolean {
  return (
    !['innodb_page_size=16384', 'lower_case_table_names=0'].includes(line) && !/^(ft_|innodb_ft_|ngram_)/.test(line)
  )
}

/** A throwaway server has no binary log, as which others refuse these. */
function codeSettings(contents: readonly DatabaseArtifact['content'][]): string[] {
  const hasUnsafe = contents.some(({ traits }) => traitIn(traits, 'unsafe-functions')?.statements !== undefined)
  return hasUnsafe ? ['log_bin_trust_function_creators=ON'] : []
}

const text = "'(?:[^'\\\\\\u0000-\\u001f]|\\\\['\"\\\\])*'"
const referenceSystem = new RegExp(
  `^CREATE OR REPLACE SPATIAL REFERENCE SYSTEM \\d{1,10} NAME ${text}( ORGANIZATION ${text} IDENTIFIED BY \\d{1,10})? DEFINITION ${text}( DESCRIPTION ${text})?$`,
)

/** What makes spatial reference systems, where it is nothing else. */
function ownStatements({ traits }: DatabaseArtifact['content']): string[] {
  const { statements = [] } = traitIn(traits, 'reference-systems') ?? {}
  return statements.filter(each => referenceSystem.test(each)).map(each => `${each};`)
}
