import type { DatabaseAccount } from '../../../repository/manifest/manifest'
import { grantPattern, quotedDefiner, quotedIdentifier } from '../client/sql-names'
import { coversDatabase } from './grant-pattern'
import type { AccountRight, Inventory } from './inventory'

/** The tables to read for `accountsOf`. */
const accountTables = ['db', 'tables_priv', 'columns_priv', 'procs_priv'] as const

/** Statements that let the login see whose rights there are, without any password; [] when it can. */
export function grantsToSeeAccounts({ accounts, user }: Pick<Inventory, 'accounts' | 'user'>): string[] {
  return accountTables
    .filter(table => !accounts.seen.has(table))
    .map(table => `GRANT SELECT ON \`mysql\`.\`${table}\` TO ${quotedDefiner(user)};`)
}

/** A manifest is to stay small, however many accounts a server has. */
const accountsMax = 100
const grantsMax = 100

/** The accounts that have rights on one database, by name; undefined when the login may not see that. */
export function accountsOf(inventory: Inventory, database: string): DatabaseAccount[] | undefined {
  const { seen, rights, roles } = inventory.accounts
  if (!seen.has('db')) return undefined
  const { partialRevokes } = inventory.grants
  const rules = { flavor: inventory.server.flavor, partialRevokes }
  // Only the name of a right on a whole database is a pattern.
  const isOn = ({ database: on, object }: AccountRight) =>
    object.kind === '' ? coversDatabase(rules, on, database) : on === database
  const own = rights.filter(right => !isSystemAccount(right.account) && isOn(right))
  const grants = new Map<string, string[]>()
  const add = (account: string, statement: string) => grants.set(account, [...(grants.get(account) ?? []), statement])
  for (const right of own) add(right.account, grantStatement(right, database, rules))
  for (const { role, member } of roles) {
    if (own.some(({ account }) => account === role)) add(member, `GRANT ${grantee(role)} TO ${grantee(member)}`)
  }
  return [...grants]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .slice(0, accountsMax)
    .map(([account, statements]) => ({ account, grants: [...new Set(statements)].slice(0, grantsMax) }))
}

/** How GRANT … TO names an account or a role. */
export function grantee(account: string): string {
  return account === 'PUBLIC' ? account : quotedDefiner(account)
}

/** Every new server has these. */
function isSystemAccount(account: string): boolean {
  return /^(mysql|mariadb)\.\w+@localhost$/.test(account)
}

function grantStatement(
  { account, object, column, privileges, isGrantable }: AccountRight,
  database: string,
  rules: { partialRevokes: boolean },
): string {
  const where = column === undefined ? '' : ` (${quotedIdentifier(column)})`
  const what = privileges.length === 0 ? 'USAGE' : privileges.map(each => `${each}${where}`).join(', ')
  const on =
    object.kind === ''
      ? `${quotedIdentifier(grantPattern(rules, database))}.*`
      : `${object.kind === 'TABLE' ? '' : `${object.kind} `}${quotedIdentifier(database)}.${quotedIdentifier(object.name)}`
  return `GRANT ${what} ON ${on} TO ${grantee(account)}${isGrantable ? ' WITH GRANT OPTION' : ''}`
}
