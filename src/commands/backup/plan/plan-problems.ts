import type { Finding } from '../../../findings/finding'
import type { BackupInputs } from '../../../inputs/backup'
import { pathProblems } from '../../../sources/files/plan/path-problems'
import type { ServerInventory } from '../../../sources/host/parse-inventory'
import { databaseProblems } from '../../../sources/mysql/plan/database-problems'

/** Holds what was asked for against what the server has, and names everything that does not fit. */
export function planProblems(inputs: BackupInputs, found: ServerInventory): Finding[] {
  return [...pathProblems(inputs, found), ...databaseProblems(inputs, found)]
}
