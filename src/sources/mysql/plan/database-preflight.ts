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
}

/** The job `preflight`, for databases. Reads only. */
export async function preflightDatabases(
  connection: Connection,
  { access, databases, dumpOptions = [], signal }: DatabasePreflightRequest,
): Promise<DatabaseHostFacts> {
  const brokenViews: { database: string; name: string }[] = []
  const readers: PreflightReaders = new Map<string, (row: AnswerRow) => void>([
    ['broken-view', row => brokenViews.push({ database: row.name(1), name: row.name(2) })],
  ])
  const request = clientLines({ access, databases, dumpOptions })
  const facts = await hostFacts(connection, { request, readers, knowledge: clientKnowledge, signal })
  return { ...facts, brokenViews }
}
