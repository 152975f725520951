import type { Connection } from '../../../ssh/remote'
import type { AnswerRow } from '../../host/answer'
import { type HostFacts, hostFacts, type PreflightReaders } from '../../host/host-facts'
import { clientKnowledge } from '../client/client-errors'
import { clientLines } from '../client/client-request'
import type { InventoryRequest } from '../inventory/take-inventory'

export type DatabasePreflightRequest = Omit<InventoryRequest, 'compression'>

/** What a dump would encounter on the server. */
export interface DatabaseHostFacts extends HostFacts {
  /** Views that use a table or column that no longer exists: a dump stops there. */
  brokenViews: readonly { database: string; name: string }[]
  /** Settings that a new server should have too, by name; those that the server has. */
  settings: ReadonlyMap<string, string>
}

const settingNames = [
  'lower_case_table_names',
  'max_allowed_packet',
  'event_scheduler',
  'log_bin_trust_function_creators',
] as const

/** The job `preflight`, for databases. Reads only. */
export async function preflightDatabases(
  connection: Connection,
  { access, databases, dumpOptions = [], signal }: DatabasePreflightRequest,
): Promise<DatabaseHostFacts> {
  const brokenViews: { database: string; name: string }[] = []
  const settings = new Map<string, string>()
  const readers: PreflightReaders = new Map<string, (row: AnswerRow) => void>([
    ['broken-view', row => brokenViews.push({ database: row.name(1), name: row.name(2) })],
    ...settingNames.map(name => [name, (row: AnswerRow) => settings.set(name, row.field(1))] as const),
  ])
  const request = clientLines({ access, databases, dumpOptions })
  const facts = await hostFacts(connection, { request, readers, knowledge: clientKnowledge, signal })
  return { ...facts, brokenViews, settings }
}
