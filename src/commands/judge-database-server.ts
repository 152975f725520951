import type { RestoreInputs } from '../inputs/restore'
import type { PreflightFinding } from '../report/preflight-section'
import { formatSize } from '../runtime/format-size'
import { findBlindSpots } from '../server/blind-spots'
import { parseGrants } from '../server/grants'
import type { TargetDatabase, TargetFacts } from '../server/parse-target'
import { missingRights } from '../server/restore-rights'
import type { Manifest } from '../snapshot/manifest'
import { definerProblems } from './judge-definers'
import { judgeDumpNeeds } from './judge-dump-needs'
import { holdings, type PlannedDatabase } from './judge-target'
import type { RereadParts } from './reread-parts'

export interface DatabaseServerRequest {
  inputs: Pick<RestoreInputs, 'overwrite' | 'safetyBackup' | 'mysql'>
  databases: readonly PlannedDatabase[]
  facts: TargetFacts
  manifest: Manifest
  reread: RereadParts
}

/** What speaks against importing these databases into this server. */
export function judgeDatabaseServer(request: DatabaseServerRequest): PreflightFinding[] {
  const { databases, facts, reread } = request
  const { database } = facts
  if (database?.findings.inventory === undefined || databases.length === 0) return []
  return [
    ...databases.flatMap(planned => overwriteProblems(planned, request.inputs)),
    ...rightProblems(databases, database),
    ...databases.flatMap(planned => {
      const needs = reread.databases.find(({ artifact }) => artifact === planned.artifact)?.needs
      return needs === undefined
        ? []
        : [...judgeDumpNeeds(planned, needs, database), ...definerProblems(planned, needs, database)]
    }),
    ...serverProblems(database),
    ...versionRemarks(request.manifest, database),
    ...diskProblems(request, database),
  ]
}

function overwriteProblems(
  { target, state, present }: PlannedDatabase,
  { overwrite, safetyBackup }: DatabaseServerRequest['inputs'],
): PreflightFinding[] {
  if (state !== 'filled' || present === undefined) return []
  const name = JSON.stringify(target)
  if (!overwrite) {
    return [
      {
        level: 'wrong',
        what: `The database ${name} is there and holds ${holdings(present)}; nothing is overwritten unasked.`,
        fix: `To replace it, set "overwrite: true" and "confirm" (it is dumped into the bucket first); to look at it first, restore it under another name: ${target}=${target}_restored`,
      },
    ]
  }
  if (safetyBackup) return []
  return [
    {
      level: 'remark',
      what: `The database ${name}, which holds ${holdings(present)}, will be replaced without a dump of it: there is no way back.`,
      fix: 'Leave "safety-backup" at "true".',
    },
  ]
}

/** Everything that an import, the way back and the comparison afterwards need, in one GRANT for each database. */
function rightProblems(
  databases: readonly PlannedDatabase[],
  { findings }: TargetDatabase,
): PreflightFinding[] {
  const { inventory } = findings
  if (inventory === undefined) return []
  const { server, user } = inventory
  const grants = parseGrants(inventory.grants.lines, {
    flavor: server.flavor,
    partialRevokes: inventory.grants.partialRevokes,
  })
  return databases.flatMap((planned): PreflightFinding[] => {
    const { target, present, artifact } = planned
    const rights = missingRights({ grants, user, database: target })
    if (rights !== undefined) {
      return [
        {
          level: 'wrong',
          what: `The database user ${user} may not do everything that a restore into ${JSON.stringify(target)} needs: ${rights.missing.join(', ')} ${rights.missing.length === 1 ? 'is' : 'are'} missing.`,
          fix: `Run this as an administrator of the database:\n${rights.grant}`,
        },
      ]
    }
    // What is restored is dumped again, and what is replaced is dumped before: a dump leaves out in silence what its user may not see.
    const { routines } = artifact.content
    const spots = findBlindSpots({
      ...server,
      user,
      grants,
      database: target,
      ...(present === undefined ? {} : { tables: present.tables, routines: present.routines }),
    }).filter(({ kind }) => kind !== 'routines' || (present?.routines.length ?? 0) + routines > 0)
    return spots.map(({ kind, grant }) => ({
      level: 'wrong' as const,
      what: `The database user ${user} may be unable to see ${kind} of ${JSON.stringify(target)}, so it cannot be proven that all were restored.`,
      fix: `Run this as an administrator of the database:\n${grant}`,
    }))
  })
}

function serverProblems({ variables, findings }: TargetDatabase): PreflightFinding[] {
  const isOn = (name: string) => /^(ON|1)$/i.test(variables.get(name) ?? '')
  const lines = findings.inventory?.grants.lines.join('\n') ?? ''
  const isMighty =
    /\b(SUPER|READ[ _]ONLY ADMIN|CONNECTION_ADMIN)\b.* ON \*\.\*|ALL PRIVILEGES ON \*\.\*/.test(lines)
  if (isOn('super_read_only') || (isOn('read_only') && !isMighty)) {
    return [
      {
        level: 'wrong',
        what: 'The database server is set read-only: it may be a replica.',
        fix: 'Restore onto the primary, or run this there as an administrator: SET GLOBAL read_only=OFF',
      },
    ]
  }
  if (isOn('sql_require_primary_key')) {
    return [
      {
        level: 'remark',
        what: 'The database server wants a primary key in every table; a table without one ends the import.',
        fix: 'Should that happen, run this as an administrator: SET GLOBAL sql_require_primary_key=OFF',
      },
    ]
  }
  return []
}

const flavorNames: Readonly<Record<string, string>> = { mariadb: 'MariaDB', mysql: 'MySQL' }

function versionRemarks({ server }: Manifest, { findings }: TargetDatabase): PreflightFinding[] {
  const from = server.database
  const to = findings.inventory?.server
  if (from === undefined || to === undefined) return []
  const words = (each: { flavor: string; version: string }) =>
    `${flavorNames[each.flavor] ?? each.flavor} ${each.version}`
  const isOlder = from.flavor === to.flavor && compareVersions(to.version, from.version) < 0
  if (from.flavor === to.flavor && !isOlder) return []
  return [
    {
      level: 'remark',
      what: `The dump comes from ${words(from)}, this server is ${words(to)}: what only the other one knows ends the import, and is undone then.`,
      fix: `Nothing, if it goes well. If not, restore onto ${flavorNames[from.flavor] ?? from.flavor} ${from.version.split('.').slice(0, 2).join('.')} or newer.`,
    },
  ]
}

/** By major and minor version, as these decide what a server knows. */
function compareVersions(one: string, other: string): number {
  const numbers = (version: string) => version.split('.').slice(0, 2).map(Number)
  const [a = 0, b = 0] = numbers(one)
  const [c = 0, d = 0] = numbers(other)
  return a - c || b - d
}

/** Where the database lies on the machine that SSH leads to, and its data folder can be found. */
function diskProblems(
  { databases, inputs }: DatabaseServerRequest,
  { freeBytes, variables }: TargetDatabase,
): PreflightFinding[] {
  const isLocal =
    inputs.mysql.host === undefined || ['localhost', '127.0.0.1', '::1'].includes(inputs.mysql.host)
  if (!isLocal || freeBytes === undefined) return []
  const needed = databases.reduce((sum, { artifact }) => sum + artifact.content.bytes, 0)
  if (freeBytes >= needed * 2) return []
  const isWrong = freeBytes < needed
  return [
    {
      level: isWrong ? 'wrong' : 'remark',
      what: `The dumps hold ${formatSize(needed)} of SQL, and the disk of ${variables.get('datadir') ?? 'the database server'} has ${formatSize(freeBytes)} free.`,
      fix: isWrong
        ? 'Make room there first.'
        : 'It may just fit: tables with indexes can take twice the size of their dump.',
    },
  ]
}
