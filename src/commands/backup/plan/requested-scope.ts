import type { BackupInputs } from '../../../inputs/backup'
import type { ArtifactBaseline } from '../../../repository/guards/baseline'
import type { ScopedArtifact } from '../../../repository/guards/scoped-baseline'
import { scopeFiles } from '../../../sources/files/plan/scope-files'
import { type RequestedDatabases, scopeDatabase } from '../../../sources/mysql/plan/scope-database'
import type { BackupPlan } from './plan-backup'

/** Limits an artifact of an earlier recovery point to what this run takes. */
export function requestedScope(
  { databases, files }: BackupInputs,
  plan: BackupPlan,
): (before: ArtifactBaseline) => ScopedArtifact {
  const requested: RequestedDatabases = {
    databases,
    leftOut: name => {
      const found = plan.databases.find(database => database.listed.name === name)
      if (found === undefined) return undefined
      const { listed, selection } = found
      const tables = new Set(selection.excluded)
      const triggers = listed.triggers.filter(({ table }) => tables.has(table)).map(trigger => trigger.name)
      return { tables, rows: new Set(selection.structureOnly), triggers: new Set(triggers) }
    },
  }
  return before =>
    before.kind === 'database' ? scopeDatabase(before, requested) : scopeFiles(before, files.paths)
}
