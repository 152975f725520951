import { type Finding, problem, warning } from '../../../findings/finding'
import type { Manifest } from '../../../repository/manifest/manifest'
import { defined } from '../../../runtime/defined'
import { findBlindSpots } from '../inventory/blind-spots'
import { brokenView } from '../inventory/broken-view'
import { grantsOf, mayOnServer } from '../inventory/grants'
import type { Inventory } from '../inventory/inventory'
import { dumpDefaultProblems } from '../plan/dump-default-problems'
import { rereadOf } from '../restore/reread-database'
import { definerProblems } from './check-definers'
import { diskSpaceProblems } from './check-disk-space'
import { checkDumpNeeds } from './check-dump-needs'
import type { DatabaseServerRequest } from './database-server-request'
import type { TargetDatabase } from './database-target-facts'
import { databaseToolProblems } from './database-tool-problems'
import { foldsCase, holdings, type PlannedDatabase } from './planned-database'
import { missingRights } from './restore-rights'

/** What speaks against importing these databases into this server. */
export function checkDatabaseServer(request: DatabaseServerRequest): Finding[] {
  const { settings, databases, facts, sound } = request
  const { database } = facts
  if (databases.length === 0) return []
  if (database === undefined) return databaseToolProblems(facts)
  return [
    ...databaseToolProblems(facts),
    // The safety dump and the comparison are dumps too: one that leaves out rows would be taken for the whole.
    ...dumpDefaultProblems(database.found),
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
    ...versionWarnings(request.manifest, database),
    ...diskSpaceProblems(request, database),
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
        `The database ${name} is there and holds ${holdings(present)}; nothing is overwritten unasked.`,
        `To replace it, set "overwrite: true" and "confirm" (it is dumped into the bucket first); to look at it first, restore it under another name: ${artifact.database}=${target}_restored`,
      ),
    ]
  }
  if (safetyBackup) return []
  return [
    warning(
      'no-way-back',
      `The database ${name}, which holds ${holdings(present)}, will be replaced without a dump of it: there is no way back.`,
      'Leave "safety-backup" at "true".',
    ),
  ]
}

/** The dump of what is replaced would end there, and the restore with it. */
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
        `To this database server ${twins.map(({ target }) => JSON.stringify(target)).join(' and ')} are one name.`,
        'Restore one of them under another name, as in: shop=shop_copy',
      ),
    )
}

/** Everything that an import, its rollback and the comparison afterwards need, in one GRANT for each database. */
function rightProblems({ databases, sound }: DatabaseServerRequest, { found }: TargetDatabase): Finding[] {
  const { inventory } = found
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
    // What is restored is dumped again, and what is replaced is dumped before: a dump leaves out in silence what its
    // user may not see.
    const { routines } = artifact.content
    const definers = rereadOf(sound, artifact)?.needs.definers
    // The text of a routine is for its definer: others need the right to all.
    const areOwn = routines === 0 || definers?.every(definer => definer === user) === true
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
        'The database server is set read-only: it may be a replica.',
        'Restore onto the primary. If this is it, run this as an administrator of the database:\nSET GLOBAL read_only=OFF;',
      ),
    ]
  }
  if (isOn('sql_require_primary_key')) {
    return [
      warning(
        'primary-key',
        'The database server wants a primary key in every table; a table without one ends the import.',
        'Should that happen, run this as an administrator of the database:\nSET GLOBAL sql_require_primary_key=OFF;',
      ),
    ]
  }
  return []
}

/**
 * MySQL manual, `read_only`; MariaDB documentation, "GRANT", on READ_ONLY ADMIN, which SUPER holds no more since 10.11.
 */
function mayWriteReadOnly(inventory: Inventory): boolean {
  const { flavor, version } = inventory.server
  const isSplit = flavor === 'mariadb' && compareVersions(version, '10.11') >= 0
  const rights = flavor === 'mysql' ? ['CONNECTION_ADMIN', 'SUPER'] : ['READ_ONLY ADMIN', 'READ ONLY ADMIN']
  return mayOnServer(grantsOf(inventory), [...rights, ...(isSplit ? [] : ['SUPER'])])
}

const flavorNames: Readonly<Record<string, string>> = { mariadb: 'MariaDB', mysql: 'MySQL' }

function versionWarnings({ server }: Manifest, { found }: TargetDatabase): Finding[] {
  const from = server.database
  const to = found.inventory.server
  if (from === undefined) return []
  const words = (each: { flavor: string; version: string }) =>
    `${flavorNames[each.flavor] ?? each.flavor} ${each.version}`
  const isOlder = from.flavor === to.flavor && compareVersions(to.version, from.version) < 0
  if (from.flavor === to.flavor && !isOlder) return []
  return [
    warning(
      'other-version',
      `The dump comes from ${words(from)}, this server is ${words(to)}: what only the other one knows ends the import, and is undone then.`,
      `Nothing, if it goes well. If not, restore onto ${flavorNames[from.flavor] ?? from.flavor} ${from.version.split('.').slice(0, 2).join('.')} or newer.`,
    ),
  ]
}

/** By major and minor version, as these decide what a server knows. */
function compareVersions(one: string, other: string): number {
  const numbers = (version: string) => version.split('.').slice(0, 2).map(Number)
  const [a = 0, b = 0] = numbers(one)
  const [c = 0, d = 0] = numbers(other)
  return a - c || b - d
}
