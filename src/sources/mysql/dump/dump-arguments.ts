import { dumpSessionOption } from '../client/client-settings'
import type { TableSelection } from '../inventory/table-selection'

/** Options of every dump. A tool ignores an unknown `--loose-` option (MySQL manual, "Program Option Modifiers"). */
export const baseOptions: readonly string[] = [
  '--single-transaction',
  '--quick',
  '--routines',
  '--events',
  '--triggers',
  '--hex-blob',
  '--comments',
  '--no-tablespaces',
  '--default-character-set=utf8mb4',
  '--max-allowed-packet=1G',
  '--loose-set-gtid-purged=OFF',
  '--loose-column-statistics=0',
  // They belong to the server; without the right to read them the tool of MySQL 9 complains in every dump.
  '--loose-skip-masking-policies',
  dumpSessionOption,
]

/** The dump tool runs once, or twice when it has no option for structure-only tables. */
export interface DumpArguments {
  main: string[]
  /** The first of two passes; empty when one is enough. */
  structure: string[]
  /** For the manifest: without names of databases or tables. */
  options: string[]
}

/**
 * The arguments for one database. `extra`: checked, from the input `dump-options`. `hasNoTriggers`: the tool does not ask
 * for the triggers of each table, which is a third of its work where there are many small ones.
 */
export function dumpArguments(request: {
  database: string
  selection: TableSelection
  extra: readonly string[]
  canIgnoreTableData: boolean
  hasNoTriggers?: boolean
}): DumpArguments {
  const { database, selection, extra, canIgnoreTableData, hasNoTriggers = false } = request
  const options = [...baseOptions, ...extra]
  const given = [...options, ...(hasNoTriggers ? ['--skip-triggers'] : [])]
  const ignored = (option: string, tables: readonly string[]) => tables.map(table => `--${option}=${database}.${table}`)
  const twice = selection.structureOnly.length > 0 && !canIgnoreTableData
  return {
    main: [
      ...given,
      ...ignored('ignore-table', twice ? [...selection.excluded, ...selection.structureOnly] : selection.excluded),
      ...(twice ? [] : ignored('ignore-table-data', selection.structureOnly)),
      '--',
      database,
    ],
    structure: twice
      ? [...given, '--no-data', '--skip-routines', '--skip-events', '--', database, ...selection.structureOnly]
      : [],
    options,
  }
}

const connectionOption =
  /^--(loose-)?((skip|disable|enable)-)?(ssl|tls|get-server-public-key|server-public-key-path|default-auth|enable-cleartext-plugin)/

/** The extra options for the connection: the client that takes the inventory needs them too. */
export function connectionOptions(extra: readonly string[]): string[] {
  return extra.filter(option => connectionOption.test(option))
}
