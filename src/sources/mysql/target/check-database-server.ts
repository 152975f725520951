import { type Finding, problem, warning } from '../../../findings/finding'
import type { Manifest } from '../../../repository/manifest/manifest'
import { defined } from '../../../runtime/defined'
import { ActionError, messageOf } from '../../../runtime/errors'
import { missingTool } from '../../../server/missing-tool'
import { findBlindSpots } from '../inventory/blind-spots'
import { brokenView } from '../inventory/broken-view'
import { grantsOf, mayOnServer } from '../inventory/grants'
import type { Inventory } from '../inventory/inventory'
import { dumpDefaultProblems } from '../plan/dump-default-problems'
import { dumpToolProblems } from '../plan/dump-tool-problems'
import { type RereadDatabase, rereadOf } from '../restore/reread-database'
import type { DatabaseRestoreSettings } from '../restore/restore-settings'
import { definerProblems, keepsDefiner } from './check-definers'
import { diskSpaceProblems } from './check-disk-space'
import { checkDumpNeeds } from './check-dump-needs'
import { settingProblems } from './check-settings'
import type { DatabaseTargetFacts, TargetDatabase } from './database-target-facts'
import { foldsCase, holdings, type PlannedDatabase } from './planned-database'
import { missingRights } from './restore-rights'
import { compareSeries, nameOf, seriesOf } from './server-version'

/** What is checked before anything is imported into a database server. */
export interface DatabaseServerRequest {
  settings: Pick<DatabaseRestoreSettings, 'overwrite' | 'safetyBackup' | 'mysql' | 'allowedEntries'>
  databases: readonly PlannedDatabase[]
  /** How many bytes other sources need of the disk mounted there. */
  othersTake(mount: string): number
  facts: DatabaseTargetFacts
  manifest: Manifest
  /** Their dumps. */
  sound: readonly RereadDatabase[]
}

/** The problems with importing these databases into this server. */
export function checkDatabaseServer(request: DatabaseServerRequest): Finding[] {
  const { settings, databases, facts, sound } = request
  const { database } = facts
  if (databases.length === 0) return []
  if (database === undefined) return databaseToolProblems(facts)
  return [
    ...databaseToolProblems(facts),
    // The safety dump and the comparison are dumps too, and must not leave out rows.
    ...dumpDefaultProblems(database.found),
    ...dumpToolProblems(database.found.inventory, database.found.inventory.databases),
    ...databases.flatMap(planned => overwriteProblems(planned, settings)),
    ...databases.flatMap(planned => brokenViewProblems(planned, settings, database)),
    ...twinProblems(databases, database),
    ...rightProblems(request, database),
    ...databases.flatMap(planned => {
      const needs = rereadOf(sound, planned.artifact)?.needs
      return needs === undefined
        ? []
        : [...checkDumpNeeds(planned, needs, database, settings), ...definerProblems(planned, needs, database)]
    }),
    ...serverProblems(database),
    ...settingProblems(request.manifest, database),
    ...versionWarnings(request.manifest, database),
    ...diskSpaceProblems(request, database),
  ]
}

/** Why the database server gave no answer, or its tools are missing. */
function databaseToolProblems({ tools, system, database, problem: why }: DatabaseTargetFacts): Finding[] {
  const missing = (['client', 'dump-tool'] as const).filter(tool => !tools.has(tool))
  if (missing.length > 0) return missing.map(tool => missingTool(tool, system))
  if (why !== undefined) {
    const advice = why instanceof ActionError ? why.advice : undefined
    const fix = advice ?? 'Check that the database server runs and accepts the login.'
    return [problem('database-server', messageOf(why), fix)]
  }
  if (database !== undefined) return []
  return [
    problem(
      'database-server',
      'The database server gave no answer.',
      'Check that it runs and accepts the login: mysql-user, mysql-password, or ~/.my.cnf of the SSH user.',
    ),
  ]
}

function overwriteProblems(
  { artifact, target, state, present }: PlannedDatabase,
  { overwrite, safetyBackup }: DatabaseServerRequest['settings'],
): Finding[] {
  if (state !== 'filled' || present === undefined) return []
  const name = JSON.stringify(target)
  if (!overwrite) {
    return [
      problem(
        'overwrite',
        `The database ${name} exists and has ${holdings(present)}; it is not overwritten without "overwrite: true".`,
        `To replace it, set "overwrite: true" and "confirm" (it is dumped into the bucket first); to check the backup first, restore it under another name: ${artifact.database}=${target}_restored`,
      ),
    ]
  }
  if (safetyBackup) return []
  return [
    warning(
      'no-way-back',
      `The database ${name}, which has ${holdings(present)}, will be replaced without a dump: a failed restore cannot be rolled back.`,
      'Leave "safety-backup" at "true".',
    ),
  ]
}

/** The safety dump would fail there, and the restore with it. */
function brokenViewProblems(
  { state, present }: PlannedDatabase,
  { overwrite, safetyBackup }: DatabaseServerRequest['settings'],
  { brokenViews }: TargetDatabase,
): Finding[] {
  if (state !== 'filled' || !overwrite || !safetyBackup) return []
  return brokenViews
    .filter(({ database }) => database === present?.name)
    .map(view => brokenView(view, 'do without the dump of what is replaced ("safety-backup: false")'))
}

function twinProblems(databases: readonly PlannedDatabase[], database: TargetDatabase): Finding[] {
  if (!foldsCase(database)) return []
  const byName = Map.groupBy(databases, ({ target }) => target.toLowerCase())
  return [...byName.values()]
    .filter(twins => twins.length > 1)
    .map(twins =>
      problem(
        'same-name',
        `For this database server ${twins.map(({ target }) => JSON.stringify(target)).join(' and ')} are the same name.`,
        'Restore one of them under another name, as in: shop=shop_copy',
      ),
    )
}

/** All rights that an import, its rollback and the comparison need, in one GRANT per database. */
function rightProblems({ databases, sound }: DatabaseServerRequest, database: TargetDatabase): Finding[] {
  const { inventory } = database.found
  const keeps = keepsDefiner(database)
  const { server, user } = inventory
  const grants = grantsOf(inventory)
  return databases.flatMap((planned): Finding[] => {
    const { target, present, artifact } = planned
    const rights = missingRights({ grants, user, database: target })
    if (rights !== undefined) {
      return [
        problem(
          'rights',
          `The database user ${user} may not do everything that a restore into ${JSON.stringify(target)} needs: ${rights.missing.join(', ')} ${rights.missing.length === 1 ? 'is' : 'are'} missing.`,
          `Run this as an administrator of the database:\n${rights.grant}`,
        ),
      ]
    }
    // The safety dump and the comparison are dumps, which silently leave out what their user cannot see.
    const { routines } = artifact.content
    const definers = rereadOf(sound, artifact)?.needs.definers
    // Only its definer, who may be this user, may read a routine: others need the right to read all.
    const areOwn = routines === 0 || definers?.every(definer => definer === user || !keeps(definer)) === true
    const spots = findBlindSpots({
      ...server,
      user,
      grants,
      database: target,
      ...defined({ tables: present?.tables }),
      ...(areOwn ? { routines: present?.routines ?? [] } : {}),
    }).filter(({ kind }) => kind !== 'routines' || (present?.routines.length ?? 0) + routines > 0)
    return spots.map(({ kind, grant }) =>
      problem(
        'blind-spot',
        `The database user ${user} may be unable to see ${kind} of ${JSON.stringify(target)}, so it cannot be proven that all were restored.`,
        `Run this as an administrator of the database:\n${grant}`,
      ),
    )
  })
}

function serverProblems({ variables, found }: TargetDatabase): Finding[] {
  const isOn = (name: string) => /^(ON|1|NO_LOCK.*)$/i.test(variables.get(name) ?? '')
  if (isOn('super_read_only') || (isOn('read_only') && !mayWriteReadOnly(found.inventory))) {
    return [
      problem(
        'read-only',
        'The database server is read-only: it may be a replica.',
        'Restore to the primary. If this is it, run this as an administrator of the database:\nSET GLOBAL read_only=OFF;',
      ),
    ]
  }
  return []
}

/** MySQL manual, `read_only`; MariaDB documentation, "GRANT", READ_ONLY ADMIN: not part of SUPER since 10.11. */
function mayWriteReadOnly(inventory: Inventory): boolean {
  const { flavor, version } = inventory.server
  const isSplit = flavor === 'mariadb' && compareSeries(version, '10.11') >= 0
  const rights = flavor === 'mysql' ? ['CONNECTION_ADMIN', 'SUPER'] : ['READ_ONLY ADMIN', 'READ ONLY ADMIN']
  return mayOnServer(grantsOf(inventory), [...rights, ...(isSplit ? [] : ['SUPER'])])
}

function versionWarnings({ server }: Manifest, { found }: TargetDatabase): Finding[] {
  const from = server.database
  const to = found.inventory.server
  if (from === undefined) return []
  if (from.flavor === to.flavor && compareSeries(to.version, from.version) >= 0) return []
  const series = seriesOf(from.version) ?? from.version
  return [
    warning(
      'other-version',
      `The dump comes from ${nameOf(from)}, this server is ${nameOf(to)}: SQL that this server does not know fails the import, which is rolled back then.`,
      `Nothing, unless the import fails. Then restore to ${nameOf({ ...from, version: series })} or newer.`,
    ),
  ]
}
