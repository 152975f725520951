import type { DatabaseAccount, DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { NextStep } from '../../restore-item'
import { grantPattern, quotedIdentifier } from '../client/sql-names'
import { accountsOf, grantee, isServersOwn } from '../inventory/accounts'
import type { TargetDatabase } from './database-target-facts'
import type { DatabasePart } from './planned-database'

/** What must be there for a site to use its restored databases: the accounts that had rights on them. */
export function accountSteps(databases: readonly DatabasePart[], target: TargetDatabase | undefined): NextStep[] {
  const known = databases.filter(({ artifact }) => artifact.content.accounts !== undefined)
  const unknown = databases.filter(({ artifact }) => artifact.content.accounts === undefined)
  const missing = known.map(part => missingStatements(part, target))
  const statements = [
    ...new Set((['roles', 'users', 'grants'] as const).flatMap(kind => missing.flatMap(each => each[kind]))),
  ]
  const steps: NextStep[] = []
  if (statements.length > 0) {
    steps.push({ what: accountsText(known, target), commands: statements, language: 'sql' })
  }
  if (unknown.length > 0) steps.push({ what: unknownText(unknown), commands: [] })
  return steps
}

function accountsText(known: readonly DatabasePart[], target: TargetDatabase | undefined): string {
  const names = known.map(({ target: name }) => JSON.stringify(name)).join(', ')
  const isAsked = target?.accounts !== undefined
  return [
    `Make the database accounts that had rights on ${names} when it was backed up${isAsked ? ' and that are missing on this server' : ', as far as they are missing: this login may not see which are'}.`,
    'Their passwords are not in a recovery point: put in place of each … the one from the configuration of the site.',
    'The names come from the recovery point: run only what you know.',
  ].join(' ')
}

function unknownText(unknown: readonly DatabasePart[]): string {
  const names = unknown.map(({ artifact }) => JSON.stringify(artifact.database)).join(', ')
  return `Make the database accounts of the site: which ones had rights on ${names} is not recorded, since the login of the backup may not see it (a dry run of the backup prints the GRANT). Name, host and password are in the configuration of the site.`
}

/** What the target lacks of the recorded accounts and rights. Everything here is text from a manifest. */
function missingStatements({ artifact, target: name }: DatabasePart, target: TargetDatabase | undefined): Missing {
  const there = target === undefined ? [] : (accountsOf(target.found.inventory, name) ?? [])
  const held = new Set(there.flatMap(({ grants }) => grants))
  const recorded = (artifact.content.accounts ?? []).filter(({ account }) => !hasHidden(account))
  const roles = recorded.map(({ account }) => account)
  const rules = { partialRevokes: target?.found.inventory.grants.partialRevokes ?? false }
  const flavor = target?.found.inventory.server.flavor ?? 'mysql'
  const missing: Missing = { roles: [], users: [], grants: [] }
  for (const each of recorded) {
    const { account, grants } = each
    const isMissing = account !== 'PUBLIC' && target?.accounts?.has(account) !== true
    const own = grants.flatMap(grant => renamed(grant, { artifact, name, account, roles, rules }) ?? [])
    // Every server has a root of its own.
    if (isMissing && own.length === 0 && isServersOwn(account)) continue
    if (isMissing && isRole(account, recorded)) missing.roles.push(`CREATE ROLE ${grantee(account)};`)
    else if (isMissing) missing.users.push(`CREATE USER ${grantee(account)} ${identified(each, flavor)};`)
    missing.grants.push(...own.filter(grant => isMissing || !held.has(grant)).map(grant => `${grant};`))
    if (isMissing) missing.grants.push(...defaultRoles(each, roles, flavor))
  }
  return missing
}

/** In the order in which they can be run. */
interface Missing {
  roles: string[]
  users: string[]
  grants: string[]
}

type Flavor = TargetDatabase['found']['inventory']['server']['flavor']

/** MySQL's roles look like accounts: those that others have are roles. */
function isRole(account: string, recorded: readonly DatabaseAccount[]): boolean {
  const given = `GRANT ${grantee(account)} TO `
  return !account.includes('@') || recorded.some(({ grants }) => grants.some(grant => grant.startsWith(given)))
}

function identified({ plugin }: DatabaseAccount, flavor: Flavor): string {
  if (plugin !== 'unix_socket' && plugin !== 'auth_socket') return "IDENTIFIED BY '…'"
  return flavor === 'mariadb' ? 'IDENTIFIED VIA unix_socket' : 'IDENTIFIED WITH auth_socket'
}

/** MariaDB has one at most. */
function defaultRoles(
  { account, defaultRoles: names = [] }: DatabaseAccount,
  roles: readonly string[],
  flavor: Flavor,
) {
  const known = names.filter(name => roles.includes(name)).map(grantee)
  if (known.length === 0) return []
  if (flavor === 'mysql') return [`SET DEFAULT ROLE ${known.join(', ')} TO ${grantee(account)};`]
  return [`SET DEFAULT ROLE ${known[0]} FOR ${grantee(account)};`]
}

const identifier = '`(?:[^`]|``)+`'
const privilege = `[A-Z]+(?: [A-Z]+)*(?: \\(${identifier}\\))?`
const onDatabase = new RegExp(
  `^GRANT (${privilege}(?:, ${privilege})*) ON (PROCEDURE |FUNCTION |PACKAGE (?:BODY )?)?(${identifier})\\.(\\*|${identifier}) TO (.+?)( WITH GRANT OPTION)?$`,
  'u',
)

interface Renaming {
  artifact: Pick<DatabaseArtifact, 'database'>
  /** The name that the database gets. */
  name: string
  account: string
  roles: readonly string[]
  rules: { partialRevokes: boolean }
}

/**
 * A recorded GRANT for the database under its new name; undefined for anything that a backup does not record: it must be
 * about this database and this account, or give the account one of the recorded roles.
 */
function renamed(grant: string, { artifact, name, account, roles, rules }: Renaming): string | undefined {
  if (hasHidden(grant)) return undefined
  const to = grantee(account)
  if (roles.some(role => grant === `GRANT ${grantee(role)} TO ${to}`)) return grant
  const [, privileges = '', kind = '', database, object = '', receiver, option = ''] = onDatabase.exec(grant) ?? []
  const { database: old } = artifact
  const names = [old, grantPattern({ partialRevokes: false }, old)].map(quotedIdentifier)
  if (receiver !== to || database === undefined || !names.includes(database)) return undefined
  const renamedTo = quotedIdentifier(object === '*' ? grantPattern(rules, name) : name)
  return `GRANT ${privileges} ON ${kind}${renamedTo}.${object} TO ${to}${option}`
}

/** Characters that could make a statement look like another one. */
function hasHidden(text: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)
}
