import type { Finding } from '../../../findings/finding'
import type { BackupInputs } from '../../../inputs/backup'
import { artifactKey, artifactName } from '../../../repository/names/keys'
import type { ServerInventory } from '../../../sources/host/parse-inventory'
import { blindSpotProblems } from '../../../sources/mysql/inventory/blind-spots'
import { chosenDatabases } from '../../../sources/mysql/plan/database-problems'
import { type DatabasePlan, planDatabase, planWarnings } from '../../../sources/mysql/plan/plan-database'
import { refuseWrong } from '../../refuse-wrong'
import { planProblems } from './plan-problems'

/** What one backup is going to take, decided before the first stream begins. */
export interface BackupPlan {
  databases: DatabasePlan[]
  files: FilesPlan | undefined
  warnings: Finding[]
}

/** Where the archive is to go. */
interface FilesPlan {
  name: string
  key: string
}

/** Holds what was asked for against what the server has. Throws UserError, one that names everything that does not fit. */
export function planBackup(inputs: BackupInputs, slot: string, found: ServerInventory): BackupPlan {
  refuseWrong({ findings: planProblems(inputs, found) })
  const databases = chosenDatabases(inputs, found)
  const planned = databases.map(listed => planDatabase(inputs, slot, found, listed, databases.length === 1))
  refuseWrong({ findings: blindSpotProblems(planned.flatMap(({ visibility }) => visibility?.refused ?? [])) })
  return {
    databases: planned.map(({ plan }) => plan),
    files:
      inputs.files.paths.length === 0
        ? undefined
        : {
            name: artifactName('files'),
            key: artifactKey(inputs.s3.prefix, slot, artifactName('files'), 'files', inputs.compression.kind),
          },
    warnings: [
      ...planWarnings(inputs, databases),
      ...planned.flatMap(({ visibility }) => visibility?.warnings ?? []),
    ],
  }
}
