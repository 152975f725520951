import type { Finding } from '../../../../findings/finding'
import type { Compression } from '../../../../pipeline/compression'
import type { Repository } from '../../../../repository/repository'
import type { Runtime } from '../../../../runtime/runtime'
import type { DatabaseAccess } from '../../client/database-access'
import type { DatabaseServer } from '../../database-server'
import type { TargetDatabase } from '../../target/database-target-facts'

/** What imports of one run need. */
export interface ImportTools {
  runtime: Runtime
  repository: Repository
  server: Pick<DatabaseServer, 'openImport' | 'openDump' | 'inventory' | 'runSql'>
  /** The login of this run. */
  access: DatabaseAccess
  /** The database server, as this login sees it. */
  target: TargetDatabase
  /** Names of all databases of this run: a foreign key may lead from one to another. */
  databases: readonly string[]
  /** Dumps are imported with the rights of the login. */
  areTrusted: boolean
  /** How streams to and from the server are compressed. */
  travel: Compression
  signal: AbortSignal
  warn(warnings: readonly Finding[]): void
  /** Accounts that were made for imports, or are about to be, and are to be removed: `user@host`. */
  accounts: string[]
  /** Called after each change of `accounts`. */
  save(): void
}
