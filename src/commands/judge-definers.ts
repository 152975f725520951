import type { DumpNeeds } from '../checks/dump-needs'
import type { PreflightFinding } from '../report/preflight-section'
import { parseGrants } from '../server/grants'
import type { TargetDatabase } from '../server/parse-target'
import { quotedAccount } from '../server/sql-names'
import type { PlannedDatabase } from './judge-target'

/**
 * Views, triggers, routines and events are made in somebody's name (DEFINER). In another's name only users with a right of their own may;
 * without it an import ends in the middle (error 1227). And what is made in the name of nobody who exists cannot be used (error 1449).
 */
export function definerProblems(
  { artifact }: PlannedDatabase,
  needs: DumpNeeds,
  { findings, accounts, variables }: TargetDatabase,
): PreflightFinding[] {
  const { inventory } = findings
  if (inventory === undefined) return []
  const { server, user, grants } = inventory
  const held = parseGrants(grants.lines, { flavor: server.flavor, partialRevokes: grants.partialRevokes })
  const holds = (privileges: readonly string[]) =>
    held.holders.some(({ global }) =>
      privileges.some(each => global.has(each) || global.has('ALL PRIVILEGES')),
    )
  const name = JSON.stringify(artifact.database)
  const others = [...needs.definers].filter(definer => definer !== user)
  const results: PreflightFinding[] = []
  const right = definerRight(server)
  if (others.length > 0 && !holds(right.any)) {
    results.push({
      level: 'wrong',
      what: `The dump of ${name} makes things in the name of ${others.join(', ')} (DEFINER), and ${user} may not.`,
      fix: `Run this as an administrator of the database:\nGRANT ${right.grant} ON *.* TO ${quotedAccount(user)};`,
    })
  }
  const absent = accounts === undefined ? [] : others.filter(definer => !accounts.has(definer))
  if (absent.length > 0) {
    results.push({
      level: 'remark',
      what: `The dump of ${name} makes things in the name of users that this server does not have: ${absent.join(', ')}. They are restored, and cannot be used until these users are there.`,
      fix: [
        'Make them, with the rights that they had:',
        ...absent.map(each => `CREATE USER ${quotedAccount(each)} IDENTIFIED BY '…';`),
      ].join('\n'),
    })
  }
  const isOn = (variable: string) => /^(ON|1)$/i.test(variables.get(variable) ?? '')
  const { triggers, routines } = artifact.content
  if (
    triggers + routines > 0 &&
    isOn('log_bin') &&
    !isOn('log_bin_trust_function_creators') &&
    !holds(['SUPER', 'BINLOG ADMIN', 'BINLOG_ADMIN'])
  ) {
    results.push({
      level: 'wrong',
      what: `The dump of ${name} has triggers or routines, and this server writes a binary log, where only SUPER may make them (error 1419).`,
      fix: 'Run this as an administrator of the database:\nSET GLOBAL log_bin_trust_function_creators=ON;',
    })
  }
  return results
}

/** MySQL manual, "Stored Object Access Control"; MariaDB documentation, "GRANT", SET USER. */
function definerRight({ flavor, version }: { flavor: string; version: string }): {
  any: string[]
  grant: string
} {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const since = (one: number, two: number) => major > one || (major === one && minor >= two)
  if (flavor === 'mariadb') {
    return since(10, 5)
      ? { any: ['SUPER', 'SET USER'], grant: 'SET USER' }
      : { any: ['SUPER'], grant: 'SUPER' }
  }
  if (since(8, 2))
    return { any: ['SET_ANY_DEFINER', 'SUPER'], grant: 'SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER' }
  return since(8, 0)
    ? { any: ['SET_USER_ID', 'SUPER'], grant: 'SET_USER_ID' }
    : { any: ['SUPER'], grant: 'SUPER' }
}
