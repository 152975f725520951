import type { TableSelection } from '../inventory/table-selection'

/**
 * Options of every dump. `--loose-` ones are ignored, with a note, by flavours that lack them (MySQL manual, "Program
 * Option Modifiers").
 */
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
]

/** What the dump tool is called with: once, or, for structure-only tables where it lacks an option for them, twice. */
export interface DumpArguments {
  main: string[]
  /** The first of two passes; empty when one is enough. */
  structure: string[]
  /** As recorded in the manifest: no names of databases or tables. */
  options: string[]
}

/** The arguments for one database. `extra` comes from the input `dump-options`, already checked. */
export function dumpArguments(request: {
  database: string
  selection: TableSelection
  extra: readonly string[]
  canIgnoreTableData: boolean
}): DumpArguments {
  const { database, selection, extra, canIgnoreTableData } = request
  const options = [...baseOptions, ...extra]
  const ignored = (option: string, tables: readonly string[]) => tables.map(table => `--${option}=${database}.${table}`)
  const twice = selection.structureOnly.length > 0 && !canIgnoreTableData
  return {
    main: [
      ...options,
      ...ignored('ignore-table', twice ? [...selection.excluded, ...selection.structureOnly] : selection.excluded),
      ...(twice ? [] : ignored('ignore-table-data', selection.structureOnly)),
      '--',
      database,
    ],
    structure: twice
      ? [...options, '--no-data', '--skip-routines', '--skip-events', '--', database, ...selection.structureOnly]
      : [],
    options,
  }
}

/** The extra options that are about reaching the server: the client that takes the inventory needs them too. */
export function connectionOptions(extra: readonly string[]): string[] {
  return extra.filter(option =>
    /^--(loose-)?((skip|disable|enable)-)?(ssl|tls|get-server-public-key|server-public-key-path|default-auth|enable-cleartext-plugin)/.test(
      option,
    ),
  )
}
