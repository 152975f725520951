import type { Compression } from '../../../pipeline/compression'
import type { BlindSpotKind } from '../inventory/blind-spots'
import type { TableFilters } from '../inventory/table-selection'

/** The database part of a recovery point. */
export interface DatabaseSettings {
  /** `all`: all but the system schemas; empty: no database part. */
  databases: 'all' | string[]
  tables: TableFilters
  /** In long form, checked, in the user's order. */
  dumpOptions: string[]
}

/** What the plan of a database part is made from, beside its settings. */
export interface DatabaseRequest extends DatabaseSettings {
  /** A database without tables is fine. */
  allowEmpty: boolean
  guards: { allowedBlindSpots: ReadonlySet<BlindSpotKind> }
}

/** The same, and how and where it is stored. */
export interface DumpSettings extends DatabaseRequest {
  s3: { prefix: string }
  compression: { kind: Compression }
}
