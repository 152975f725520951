import { errorsFirst, type Finding, problem, warning } from '../../findings/finding'
import { shellWord } from '../../findings/shell-word'
import type { RestoreInputs } from '../../inputs/restore'
import type { Manifest } from '../../repository/manifest/manifest'
import { ActionError, messageOf } from '../../runtime/errors'
import { missingTool } from '../../server/missing-tool'
import { checkFolders } from '../../sources/files/target/check-folders'
import { diskSpaceForFolders } from '../../sources/files/target/disk-space'
import type { PlannedFolder } from '../../sources/files/target/planned-folder'
import type { TargetDatabase, TargetFacts } from '../../sources/host/parse-target'
import type { Inventory } from '../../sources/mysql/inventory/inventory'
import { checkDatabaseServer } from '../../sources/mysql/target/check-database-server'
import type { DatabasePart } from '../../sources/mysql/target/planned-database'
import { foldsCase, holdings, type PlannedDatabase } from '../../sources/mysql/target/planned-database'
import type { ChosenParts } from './choose-parts'
import type { RereadParts } from './reread-parts'

/** What a restore is going to do, and everything that speaks against it. */
export interface TargetVerdict {
  databases: PlannedDatabase[]
  folders: PlannedFolder[]
  /** Errors forbid the restore. */
  findings: Finding[]
  /** The server can unpack gzip, so streams travel small. */
  hasGzip: boolean
  hasZstd: boolean
  isRoot: boolean
  /** Of the target's database server; undefined when it was not asked. */
  inventory: Inventory | undefined
  /** All that it said of itself. */
  database: TargetDatabase | undefined
}

/** Holds what is to be restored against what the server has and can take. Finds everything at once; throws nothing. */
export function checkTarget(
  inputs: RestoreInputs,
  parts: ChosenParts,
  facts: TargetFacts,
  { manifest, reread }: { manifest: Manifest; reread: RereadParts },
): TargetVerdict {
  const folders = (parts.files?.folders ?? []).flatMap((folder, index): PlannedFolder[] => {
    const place = facts.places[index]
    return place === undefined
      ? []
      : [{ ...folder, state: place.state, parent: place.parent, mount: place.mount }]
  })
  const databases = parts.databases.map(part => planDatabase(part, facts))
  const bytesBeside = (mount: string | undefined) => {
    const beside = folders.filter(folder => folder.mount !== '' && folder.mount === mount)
    return reread.files === undefined ? 0 : diskSpaceForFolders(beside, reread.files)
  }
  const findings = [
    ...toolProblems(parts, facts),
    ...unseenPlaces(parts, facts),
    ...checkDatabaseServer({ inputs, databases, bytesBeside, facts, manifest, reread }),
    ...checkFolders({ inputs, folders, facts, reread }),
    ...leftoverWarnings(facts),
  ]
  return {
    databases,
    folders,
    findings: errorsFirst(findings),
    hasGzip: facts.tools.has('gzip'),
    hasZstd: facts.tools.has('zstd'),
    isRoot: facts.isRoot,
    inventory: facts.database?.found.inventory,
    database: facts.database,
  }
}

function planDatabase(part: DatabasePart, { database }: TargetFacts): PlannedDatabase {
  const isSame = (name: string) =>
    name === part.target ||
    (database !== undefined && foldsCase(database) && name.toLowerCase() === part.target.toLowerCase())
  const present = database?.found.inventory?.databases.find(({ name }) => isSame(name))
  const state = present === undefined ? 'absent' : holdings(present) === '' ? 'empty' : 'filled'
  return { ...part, state, present }
}

/** A folder whose place is unknown is not planned, and what is not planned is not restored. */
function unseenPlaces({ files }: ChosenParts, { places }: TargetFacts): Finding[] {
  return (files?.folders ?? [])
    .slice(places.length)
    .map(({ target }) =>
      problem(
        'place-unknown',
        `The server did not say what stands at ${target}.`,
        'Run the restore again. If it fails in the same way, the log of this step has the details.',
      ),
    )
}

function toolProblems(parts: ChosenParts, { tools, database, databaseProblem }: TargetFacts): Finding[] {
  const findings: Finding[] = []
  const need = (tool: string, name: string, packageName: string) => {
    if (!tools.has(tool)) findings.push(missingTool(name, packageName))
  }
  if (parts.files !== undefined) need('tar', 'tar', 'tar')
  if (parts.databases.length > 0) {
    need('client', 'mysql (or mariadb)', 'mariadb-client')
    need('dump-tool', 'mysqldump (or mariadb-dump)', 'mariadb-client')
    const hasTools = tools.has('client') && tools.has('dump-tool')
    if (databaseProblem !== undefined && hasTools) {
      const advice = databaseProblem instanceof ActionError ? databaseProblem.advice : undefined
      findings.push(
        problem(
          'database-server',
          messageOf(databaseProblem),
          advice ?? 'See that the database server runs and lets the user in.',
        ),
      )
    } else if (database === undefined && hasTools) {
      findings.push(
        problem(
          'database-server',
          'The database server did not say what it has.',
          'See that it runs and lets the user in: mysql-user, mysql-password, or ~/.my.cnf of the SSH user.',
        ),
      )
    }
  }
  return findings
}

function leftoverWarnings({ leftovers }: TargetFacts): Finding[] {
  return leftovers.map(folder =>
    warning(
      'leftover',
      `An earlier restore left the folder ${shellWord(folder)}.`,
      `Remove it when nobody needs it any more:\nrm -r ${shellWord(folder)}`,
    ),
  )
}
