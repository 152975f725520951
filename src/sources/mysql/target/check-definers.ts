import { type Finding, problem, warning } from '../../../findings/finding'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { DumpNeeds } from '../check/needs/dump-needs'
import { unlistedDefiners } from '../check/needs/unlisted-definers'
import { quotedAccount, quotedDefiner } from '../client/sql-names'
import { grantsOf, mayOnServer } from '../inventory/grants'
import type { TargetDatabase } from './database-target-facts'
import type { PlannedDatabase } from './planned-database'
import { compareSeries } from './server-version'

/**
 * Views, triggers, routines and events are created in the name of a user (DEFINER). For another user this needs a
 * right. What belongs to a user who does not exist cannot be used (error 1449).
 */
export function definerProblems({ artifact }: PlannedDatabase, needs: DumpNeeds, database: TargetDatabase): Finding[] {
  const { found, accounts, variables } = database
  const { inventory } = found
  const { server, user } = inventory
  const grants = grantsOf(inventory)
  const may = (privileges: readonly string[]) => mayOnServer(grants, privileges)
  const name = JSON.stringify(artifact.database)
  const others = [...needs.definers].filter(definer => definer !== user)
  const results: Finding[] = []
  const keeps = keepsDefiner(database)
  const isProtected = (definer: string) => database.deniedDefiners.get(definer) === 'system-user'
  const replaced = others.filter(definer => !keeps(definer) && !isProtected(definer))
  const guarded = others.filter(isProtected)
  const absent = accounts === undefined ? [] : others.filter(definer => keeps(definer) && !accounts.has(definer))
  const unlisted = unlistedDefiners(artifact.content, needs.definers)
  if (unlisted.length > 0) {
    results.push(
      problem(
        'definers-unlisted',
        `The dump of ${name} creates objects in the name of ${unlisted.join(', ')} (DEFINER), and nothing in the database was in that name when it was backed up.`,
        'Someone may have changed the dump: choose another recovery point, and find out who can write to the bucket.',
      ),
    )
  }
  if (replaced.length > 0) {
    results.push(
      warning(
        'definers-replaced',
        `Views, triggers, routines and events of ${name} that were in the name of ${replaced.join(', ')} (DEFINER) are restored in the name of ${user}, who may not use other names.`,
        `Nothing, if ${user} has rights on the whole database. To restore the names too, run this as an administrator of the database, then restore again:\nGRANT ${definerRight(server).grant} ON *.* TO ${quotedAccount(user)};`,
      ),
    )
  }
  if (guarded.length > 0) {
    results.push(
      warning(
        'definers-replaced',
        `Views, triggers, routines and events of ${name} that were in the name of ${guarded.join(', ')} (DEFINER) are restored in the name of ${user}: on this server only a login with SYSTEM_USER may use the name of an account that has SYSTEM_USER.`,
        `Nothing, if ${user} has rights on the whole database. To restore the names too, restore as an account with SYSTEM_USER (root has it), or give these objects the name of the site's own account on the old server.`,
      ),
    )
  }
  if (absent.length > 0) {
    results.push(
      warning(
        'definers-missing',
        `The dump of ${name} creates objects in the name of users that this server does not have: ${absent.join(', ')}. They are restored, and cannot be used until these users exist.`,
        [
          'Create them, with the rights that they had:',
          ...absent.map(each =>
            each.includes('@')
              ? `CREATE USER ${quotedAccount(each)} IDENTIFIED BY '…';`
              : `CREATE ROLE ${quotedDefiner(each)};`,
          ),
        ].join('\n'),
      ),
    )
  }
  return [...results, ...binaryLogProblems(artifact, variables, may(['SUPER']))]
}

/** Whether the login may create objects in this name: `user@host`, or a role. */
export function keepsDefiner({
  found: { inventory },
  accounts,
  deniedDefiners,
}: TargetDatabase): (definer: string) => boolean {
  const { server, user } = inventory
  const grants = grantsOf(inventory)
  const right = definerRight(server)
  const mayAny = mayOnServer(grants, right.any)
  const mayOrphan = right.orphans.length === 0 || mayOnServer(grants, right.orphans)
  const may = (definer: string) => mayAny && !deniedDefiners.has(definer)
  return definer => definer === user || (may(definer) && (mayOrphan || accounts === undefined || accounts.has(definer)))
}

/**
 * Triggers and functions on a server with a binary log: MySQL manual, "Stored Program Binary Logging"; tried on MariaDB
 * 10.11, where BINLOG ADMIN is not enough. Procedures need no right.
 */
function binaryLogProblems(
  { database, content }: DatabaseArtifact,
  variables: TargetDatabase['variables'],
  isSuper: boolean,
): Finding[] {
  const isOn = (variable: string) => /^(ON|1)$/i.test(variables.get(variable) ?? '')
  if (!isOn('log_bin') || isOn('log_bin_trust_function_creators')) return []
  const functions =
    content.objects?.routines.filter(routine => !routine.startsWith('procedure ')).length ?? content.routines
  const name = JSON.stringify(database)
  const statement = 'Run this as an administrator of the database:\nSET GLOBAL log_bin_trust_function_creators=ON;'
  if (!isSuper && content.triggers + functions > 0) {
    return [
      problem(
        'binary-log',
        `The dump of ${name} has triggers or functions, and this server writes a binary log, where only SUPER may create them (error 1419).`,
        statement,
      ),
    ]
  }
  // Which of them that is about is known; see `traitProblems`.
  if (functions === 0 || content.traits !== undefined) return []
  return [
    warning(
      'binary-log',
      `The dump of ${name} has functions, and this server writes a binary log: one that is declared neither DETERMINISTIC nor NO SQL nor READS SQL DATA fails the import (error 1418), which is rolled back then.`,
      `If that happens: ${statement.charAt(0).toLowerCase()}${statement.slice(1)}`,
    ),
  ]
}

/**
 * `any`: one of these is enough. `orphans`: one of these too, for a definer that does not exist. MySQL manual, "Stored
 * Object Access Control"; MariaDB documentation, "GRANT", SET USER: SUPER does not include it since 11.0.
 */
function definerRight({ flavor, version }: { flavor: string; version: string }): {
  any: string[]
  orphans: string[]
  grant: string
} {
  const isSince = (series: string) => compareSeries(version, series) >= 0
  if (flavor === 'mariadb') {
    if (isSince('11.0')) return { any: ['SET USER'], orphans: [], grant: 'SET USER' }
    return isSince('10.5')
      ? { any: ['SET USER', 'SUPER'], orphans: [], grant: 'SET USER' }
      : { any: ['SUPER'], orphans: [], grant: 'SUPER' }
  }
  if (isSince('8.2')) {
    const orphans = ['ALLOW_NONEXISTENT_DEFINER', 'SUPER']
    const grant = 'SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER'
    return { any: ['SET_ANY_DEFINER', 'SUPER'], orphans, grant }
  }
  return isSince('8.0')
    ? { any: ['SET_USER_ID', 'SUPER'], orphans: [], grant: 'SET_USER_ID' }
    : { any: ['SUPER'], orphans: [], grant: 'SUPER' }
}
