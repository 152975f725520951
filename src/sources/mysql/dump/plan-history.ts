import { type Finding, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import type { DatabaseAccess } from '../client/database-access'
import type { DatabaseServer } from '../database-server'
import type { DatabaseInventory } from '../inventory/inventory'

/** How dumps take the history of MariaDB's system-versioned tables. */
export interface HistoryPlan {
  /** Of every dump of the run: a restore compares all databases by the same. */
  options: readonly string[]
  findings: Finding[]
}

/** Asks the server where there are such tables. `canDump`: the dump tool can write their history. */
export async function planHistory(
  server: Pick<DatabaseServer, 'runSql'>,
  request: {
    access: DatabaseAccess
    databases: readonly Pick<DatabaseInventory, 'name' | 'tables'>[]
    canDump: boolean
    signal: AbortSignal
  },
): Promise<HistoryPlan> {
  const { access, databases, canDump, signal } = request
  const tables = databases.flatMap(({ name, tables }) =>
    tables.filter(({ isVersioned }) => isVersioned === true).map(table => `${name}.${table.name}`),
  )
  if (tables.length === 0) return { options: [], findings: [] }
  if (!canDump)
    return {
      options: [],
      findings: [withoutHistory(tables, 'only the dump tool of MariaDB 10.11 and newer writes it')],
    }
  const names = databases.map(({ name }) => `_utf8 x'${Buffer.from(name).toString('hex')}'`)
  const sql = `SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN (${names.join(', ')})
    AND GENERATION_EXPRESSION = 'ROW START' AND DATA_TYPE = 'bigint';`
  const found = await server.runSql({ access, sql, name: 'the question for the kind of history', signal })
  if (found.trim() === '0') return { options: ['--loose-dump-history'], findings: [] }
  const why = 'the dump tool cannot write it while the history of one of them is by transactions (ROW START as BIGINT)'
  return { options: [], findings: [withoutHistory(tables, why)] }
}

function withoutHistory(tables: readonly string[], why: string): Finding {
  return warning(
    'history-left-out',
    `These system-versioned tables are backed up without their history: ${listed(tables.map(quotedName), 10)}. Their rows of now are in the backup; ${why}.`,
    'Use a newer dump tool (its server may be older), or keep what must not be lost of the history in a table of its own.',
  )
}
