import { type Finding, problem, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import type { Manifest } from '../../../repository/manifest/manifest'
import type { NextStep } from '../../restore-item'
import type { TargetDatabase } from './database-target-facts'

type Settings = Readonly<Record<string, string>>

/** What this server is set to and the old one was not, where tables may be refused or changed because of it. */
export function settingProblems(manifest: Manifest, { found, variables }: TargetDatabase): Finding[] {
  const old: Settings = manifest.server.database?.settings ?? {}
  const here = (name: string) => variables.get(name) ?? found.inventory.settings?.get(name) ?? ''
  const findings: Finding[] = []
  if (Number(here('innodb_page_size')) < Number(old['innodb_page_size'] ?? 0)) {
    findings.push(
      warning(
        'page-size',
        `The old server had pages of ${old['innodb_page_size']} bytes, this one has ${here('innodb_page_size')}: rows and keys that are too long for it fail the import.`,
        `If that happens, restore to a server whose data folder was made with innodb_page_size=${old['innodb_page_size']} (in my.cnf, below [mysqld]).`,
      ),
    )
  }
  if (/^(ON|1)$/i.test(here('innodb_force_primary_key'))) {
    findings.push(
      warning(
        'primary-key',
        'The database server requires a primary key in every table; a table without one fails the import.',
        'If that happens, run this as an administrator of the database:\nSET GLOBAL innodb_force_primary_key=OFF;',
      ),
    )
  }
  if (/^(compact|redundant)$/i.test(here('innodb_default_row_format'))) {
    findings.push(
      warning(
        'row-format',
        `Tables without a row format get ${here('innodb_default_row_format')} on this server, in which keys over 767 bytes do not fit.`,
        'Run this as an administrator of the database before the restore:\nSET GLOBAL innodb_default_row_format=dynamic;',
      ),
    )
  }
  return findings
}

/** Engines that this server has and lets nobody use. */
export function switchedOffEngines(
  database: string,
  engines: readonly string[],
  { variables }: TargetDatabase,
): Finding[] {
  const disabled = (variables.get('disabled_storage_engines') ?? '').toLowerCase().split(',')
  const only = (variables.get('enforce_storage_engine') ?? '').toLowerCase()
  const refused = engines.filter(engine => {
    const name = engine.toLowerCase()
    return disabled.includes(name) || (only !== '' && only !== 'null' && only !== name)
  })
  if (refused.length === 0) return []
  return [
    problem(
      'engine-disabled',
      `The dump of ${JSON.stringify(database)} has tables of storage engines that this server does not allow: ${listed(refused.map(quotedName), 5)}.`,
      'Its my.cnf says so, below [mysqld]: take them out of disabled_storage_engines, or remove enforce_storage_engine, and restart it.',
    ),
  ]
}

/** What a site may rely on, beyond its tables. */
const siteSettings = [
  ...[
    'sql_mode',
    'character_set_server',
    'collation_server',
    'default_storage_engine',
    'explicit_defaults_for_timestamp',
  ],
  ...['group_concat_max_len', 'time_zone', 'event_scheduler', 'ft_min_word_len', 'innodb_ft_min_token_size'],
  ...['ngram_token_size', 'default_week_format', 'div_precision_increment', 'lc_time_names', 'lower_case_table_names'],
]

/** Lines for my.cnf, where the old server of the same product was set otherwise; only values that need no quotes. */
export function settingSteps({ server }: Manifest, target: TargetDatabase | undefined): NextStep[] {
  const old: Settings = server.database?.settings ?? {}
  const { settings, server: here } = target?.found.inventory ?? {}
  if (settings === undefined || here?.flavor !== server.database?.flavor) return []
  const lines = siteSettings.flatMap(name => {
    const [was, is] = [old[name], settings.get(name)]
    const isOther = was !== undefined && is !== undefined && was !== is && /^[\w+,:/-]*$/.test(was)
    return isOther ? [`${name}=${was}`] : []
  })
  if (lines.length === 0) return []
  return [
    {
      what: 'The old database server had settings that this one does not have, and the site may rely on them. In its my.cnf, before a restart (lower_case_table_names counts only when its data folder is made):',
      commands: ['[mysqld]', ...lines],
      language: 'ini',
    },
  ]
}
