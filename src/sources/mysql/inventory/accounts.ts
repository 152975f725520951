import type { DatabaseAccount } from '../../../repository/manifest/manifest'
import { defined } from '../../../runtime/defined'
import { grantPattern, quotedDefiner, quotedIdentifier } from '../client/sql-names'
import { coversDatabase } from './grant-pattern'
import type { AccountRight, Inventory, RoleMember } from './inventory'

/** The tables to read for `accountsOf`. Those of roles differ, and MySQL 5.7 has none. */
function accountTables({ flavor, version }: Inventory['server']): string[] {
  const ofRoles = flavor === 'mariadb' ? ['roles_mapping'] : ['role_edges', 'default_roles']
  const hasRoles = flavor === 'mariadb' || !version.startsWith('5.')
  return ['db', 'tables_priv', 'columns_priv', 'procs_priv', ...(hasRoles ? ofRoles : [])]
}

/** Statements that let the login see whose rights there are, without any password; [] when it can. */
export function grantsToSeeAccounts({
  accounts,
  server,
  user,
}: Pick<Inventory, 'accounts' | 'server' | 'user'>): string[] {
  return accountTables(server)
    .filter(table => !accounts.seen.has(table))
    .map(table => `GRANT SELECT ON \`mysql\`.\`${table}\` TO ${quotedDefiner(user)};`)
}

/** A manifest is to stay small, however many accounts a server has. */
const accountsMax = 100
const grantsMax = 100

/**
 * The accounts that have rights on one database or are definers in it, by name; undefined when the login may not see whose
 * rights there are. Rights on all databases count as rights on this one.
 */
export function accountsOf(inventory: Inventory, database: string): DatabaseAccount[] | undefined {
  const { seen, rights, roles, defaultRoles, plugins } = inventory.accounts
  if (!seen.has('db')) return undefined
  const { partialRevokes } = inventory.grants
  const rules = { flavor: inventory.server.flavor, partialRevokes }
  // Only the name of a right on a whole database is a pattern.
  const isOn = ({ database: on, object }: AccountRight) =>
    on === undefined || (object.kind === '' ? coversDatabase(rules, on, database) : on === database)
  const grants = new Map<string, string[]>()
  const add = (account: string, ...statements: string[]) =>
    grants.set(account, [...(grants.get(account) ?? []), ...statements])
  for (const right of rights) {
    const isExpected = right.database === undefined ? isServersOwn(right.account) : isSystemAccount(right.account)
    if (!isExpected && isOn(right)) add(right.account, grantStatement(right, database, rules))
  }
  const members = membersOf(new Set(grants.keys()), roles)
  for (const { role, member } of members) add(member, `GRANT ${grantee(role)} TO ${grantee(member)}`)
  const definers = inventory.databases.find(({ name }) => name === database)?.definers ?? []
  for (const definer of definers) if (!isSystemAccount(definer)) add(definer)
  const ofAccount = (account: string) => {
    const active = defaultRoles
      .filter(({ role, member }) => member === account && grants.has(role))
      .map(each => each.role)
    return defined({ plugin: plugins.get(account), defaultRoles: active.length === 0 ? undefined : active })
  }
  return [...grants]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .slice(0, accountsMax)
    .map(([account, statements]) => ({
      ...{ account, grants: [...new Set(statements)].slice(0, grantsMax) },
      ...ofAccount(account),
    }))
}

/** Who has one of these roles, or a role that has one. */
function membersOf(holders: Set<string>, roles: readonly RoleMember[]): RoleMember[] {
  const found: RoleMember[] = []
  let rest = roles.filter(({ member }) => !isServersOwn(member))
  for (let isNew = true; isNew; ) {
    const next = rest.filter(({ role }) => holders.has(role))
    rest = rest.filter(({ role }) => !holders.has(role))
    for (const { member } of next) holders.add(member)
    found.push(...next)
    isNew = next.length > 0
  }
  return found
}

/** How GRANT … TO names an account or a role. */
export function grantee(account: string): string {
  return account === 'PUBLIC' ? account : quotedDefiner(account)
}

/** Every new server has these. */
function isSystemAccount(account: string): boolean {
  return /^(mysql|mariadb)\.\w+@localhost$/.test(account)
}

/** An account of the server itself, and not of a site on it: also its administrators by name. */
export function isServersOwn(account: string): boolean {
  return isSystemAccount(account) || /^root@/.test(account) || account === 'debian-sys-maint@localhost'
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
