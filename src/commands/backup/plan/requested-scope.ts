import type { BackupInputs } from '../../../inputs/backup'
import type { RequestedScope } from '../../../repository/guards/scoped-baseline'
import type { BackupPlan } from './plan-backup'

/** What this run was asked to take, beside which an earlier one may have taken more. */
export function requestedScope({ databases, files }: BackupInputs, plan: BackupPlan): RequestedScope {
  return {
    databases,
    paths: files.paths,
    leftOut: name => {
      const found = plan.databases.find(database => database.listed.name === name)
      if (found === undefined) return undefined
      const { listed, selection } = found
      const tables = new Set(selection.excluded)
      const triggers = listed.triggers.filter(({ table }) => tables.has(table)).map(trigger => trigger.name)
      return { tables, rows: new Set(selection.structureOnly), triggers: new Set(triggers) }
    },
  }
}
