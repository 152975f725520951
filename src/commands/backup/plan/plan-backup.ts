import type { BackupInputs } from '../../../inputs/backup'
import { artifactKey, filesArtifactName } from '../../../repository/names/keys'
import { UserError } from '../../../runtime/errors'
import type { Warning } from '../../../runtime/runtime'
import type { Findings } from '../../../sources/host/parse-inventory'
import { blindSpotError } from '../../../sources/mysql/inventory/blind-spots'
import { chosenDatabases } from '../../../sources/mysql/plan/database-problems'
import { type DatabasePlan, planDatabase, planWarnings } from '../../../sources/mysql/plan/plan-database'
import { planProblems } from './plan-problems'

/** What one backup is going to take, decided before the first stream begins. */
export interface BackupPlan {
  databases: DatabasePlan[]
  files: FilesPlan | undefined
  warnings: Warning[]
}

/** Where the archive is to go. */
interface FilesPlan {
  name: string
  key: string
}

/** Holds what was asked for against what the server has. Throws UserError, one that names everything that does not fit. */
export function planBackup(inputs: BackupInputs, slot: string, findings: Findings): BackupPlan {
  const problems = planProblems(inputs, findings)
  if (problems.length > 0) {
    throw new UserError(problems.map(({ what, fix }) => `${what} ${fix}`).join(' '), {
      advice: 'Mend what is named, on the server or in the workflow, and run again.',
    })
  }
  const databases = chosenDatabases(inputs, findings)
  const planned = databases.map(listed =>
    planDatabase(inputs, slot, findings, listed, databases.length === 1),
  )
  const refused = planned.flatMap(({ sight }) => sight?.refused ?? [])
  if (refused.length > 0) throw blindSpotError(refused)
  return {
    databases: planned.map(({ plan }) => plan),
    files:
      inputs.files.paths.length === 0
        ? undefined
        : {
            name: filesArtifactName,
            key: artifactKey(inputs.s3.prefix, slot, filesArtifactName, 'files', inputs.compression.kind),
          },
    warnings: [...planWarnings(inputs, databases), ...planned.flatMap(({ sight }) => sight?.warnings ?? [])],
  }
}
