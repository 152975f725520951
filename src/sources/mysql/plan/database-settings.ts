import type { Recipient } from '../../../pipeline/age/recipient'
import type { CompressionSettings } from '../../../pipeline/compression'
import type { DatabaseAccess } from '../client/database-access'
import type { BlindSpotKind } from '../inventory/blind-spots'
import type { TableFilters } from '../inventory/table-selection'

/** The database part of a recovery point. */
export interface DatabaseSettings {
  /** `all`: all but the system schemas; empty: no database part. */
  databases: 'all' | string[]
  /** What is not wanted of all. */
  exceptDatabases: readonly string[]
  tables: TableFilters
  /** In long form, checked, in the user's order. */
  dumpOptions: string[]
}

/** What the plan of the database part also needs. */
export interface DatabaseRequest extends DatabaseSettings {
  /** A database without tables is allowed. */
  allowEmpty: boolean
  guards: { allowedBlindSpots: ReadonlySet<BlindSpotKind> }
}

/** The inputs of a backup that concern databases. */
export interface DumpSettings extends DatabaseRequest {
  mysql: DatabaseAccess
  s3: { prefix: string }
  compression: CompressionSettings
  encryptTo: readonly Recipient[]
}
