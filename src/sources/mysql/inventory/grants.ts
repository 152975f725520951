import { grantPattern } from '../client/sql-names'
import { coversDatabase, isPattern } from './grant-pattern'
import type { Inventory } from './inventory'

/** The rights of a database user at a fresh login, as `SHOW GRANTS` lists them. */
export interface Grants {
  /** The user itself, its active roles, everybody (MariaDB's PUBLIC). A right of any of them counts. */
  readonly holders: readonly Holder[]
  readonly server: GrantRules
  /** Roles were granted, which may not be active. */
  readonly hasRoles: boolean
}

/** How the server reads grants on databases. */
export interface GrantRules {
  flavor: 'mariadb' | 'mysql'
  /** MySQL's system variable `partial_revokes`: when on, `_` and `%` in a database name are not wildcards. */
  partialRevokes: boolean
}

interface Holder {
  readonly kind: 'user' | 'role' | 'everybody'
  readonly global: Set<string>
  /** Exceptions from the global rights in one database (MySQL 8, partial revokes). */
  readonly revoked: { database: string; privileges: Set<string> }[]
  /** In the server's order. `pattern` as in GRANT: `_` and `%` are wildcards, `\` escapes them. */
  readonly databases: { pattern: string; privileges: Set<string> }[]
  readonly tables: { database: string; table: string; privileges: Set<string> }[]
}

/** Where a right is needed: in a whole database, or for one of its tables. */
export interface GrantPlace {
  database: string
  table?: string
}

/** What the database user of an inventory may do. */
export function grantsOf({ server: { flavor }, grants }: Inventory): Grants {
  return parseGrants(grants.lines, { flavor, partialRevokes: grants.partialRevokes })
}

/** Whether the user has one of these rights on `*.*`. */
export function mayOnServer({ holders }: Grants, privileges: readonly string[]): boolean {
  return holders.some(({ global }) => privileges.some(each => has(global, each)))
}

/** They show the text of routines, and nothing else: a dump needs one of them. */
const showsRoutines = new Set(['USAGE', 'SHOW_ROUTINE'])

/** Whether the user has any other right outside of this database, or may get one with another role. */
export function mayElsewhere({ holders, server, hasRoles }: Grants, database: string): boolean {
  const isOwn = (pattern: string) =>
    pattern === database ||
    (!server.partialRevokes && pattern.replace(/\\([_%\\])/g, '$1') === database && !/(^|[^\\])[_%]/.test(pattern))
  const isAny = (privileges: ReadonlySet<string>) => [...privileges].some(privilege => !showsRoutines.has(privilege))
  const isProc = ({ database: on, table, privileges }: Holder['tables'][number]) =>
    on === 'mysql' && table === 'proc' && [...privileges].every(privilege => privilege === 'SELECT')
  return (
    hasRoles ||
    holders.some(
      ({ global, databases, tables }) =>
        isAny(global) ||
        databases.some(({ pattern, privileges }) => !isOwn(pattern) && isAny(privileges)) ||
        tables.some(entry => entry.database !== database && !isProc(entry) && isAny(entry.privileges)),
    )
  )
}

/**
 * Reads the lines of `SHOW GRANTS`, which include the rights of the session's roles (MariaDB, MySQL 8 and newer). Skips
 * rights on columns and on single routines, roles and proxies, which do not matter for a dump, and lines that it does
 * not understand: an unknown right is a missing one. Nothing after the grantee is kept, so no password hash.
 */
export function parseGrants(lines: readonly string[], server: GrantRules): Grants {
  const holders = (['user', 'role', 'everybody'] as const).map(
    (kind): Holder => ({ kind, global: new Set(), revoked: [], databases: [], tables: [] }),
  )
  for (const line of lines) {
    const grant = parseLine(line)
    const holder = holders.find(({ kind }) => kind === grant?.holder)
    if (grant === undefined || holder === undefined) continue
    const { privileges, database, table } = grant
    if (grant.isRevoke) {
      if (database !== undefined && table === undefined) holder.revoked.push({ database, privileges })
    } else if (database === undefined) {
      for (const privilege of privileges) holder.global.add(privilege)
    } else if (table === undefined) {
      const entry = holder.databases.find(({ pattern }) => pattern === database)
      if (entry === undefined) holder.databases.push({ pattern: database, privileges })
      else for (const privilege of privileges) entry.privileges.add(privilege)
    } else {
      holder.tables.push({ database, table, privileges })
    }
  }
  return { holders, server, hasRoles: lines.some(line => /^GRANT (?!.* ON ).* TO /.test(line)) }
}

/** The lines that the client printed with `--batch`, which escapes backslash, line break, tab and NUL. */
export function grantLines(printed: string): string[] {
  const escapes: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\t': '\t', '\\0': '\0' }
  const lines = printed.split('\n').filter(line => line !== '')
  return lines.map(line => line.replace(/\\[\\nt0]/g, written => escapes[written] ?? written))
}

/** Whether the user has a right in the whole database or, with `table`, at least for that table. */
export function mayUse(grants: Grants, privilege: string, { database, table }: GrantPlace): boolean {
  return grants.holders.some(holder => {
    if (holdsGlobally(holder, privilege, database)) return true
    const entries = decidingEntries(grants.server, holder, database)
    if (entries.length > 0 && entries.every(entry => has(entry.privileges, privilege))) return true
    return holder.tables.some(
      entry => entry.database === database && entry.table === table && has(entry.privileges, privilege),
    )
  })
}

/** Whether the user has a right on `*.*` that is not revoked in this database. */
export function mayUseGlobally(grants: Grants, privilege: string, database: string): boolean {
  return grants.holders.some(holder => holdsGlobally(holder, privilege, database))
}

/**
 * The names to write after ON, without `.*`, so that a GRANT of this right has an effect in the database. Where the
 * user has a grant whose pattern covers it, the new right must be added there: a second entry would hide the first.
 */
export function databasesToGrantOn(grants: Grants, privilege: string, database: string): string[] {
  const lacking = grants.holders
    .filter(({ kind }) => kind === 'user')
    .flatMap(holder => decidingEntries(grants.server, holder, database))
    .filter(entry => !has(entry.privileges, privilege))
    .map(entry => entry.pattern)
  if (lacking.length > 0) return [...new Set(lacking)]
  return [grantPattern(grants.server, database)]
}

function has(privileges: ReadonlySet<string>, privilege: string): boolean {
  return privileges.has(privilege) || privileges.has('ALL PRIVILEGES')
}

function holdsGlobally(holder: Holder, privilege: string, database: string): boolean {
  return (
    has(holder.global, privilege) &&
    !holder.revoked.some(entry => entry.database === database && has(entry.privileges, privilege))
  )
}

/**
 * Entries for one database do not add up: the server takes the first that matches. MariaDB lists those of a user in the
 * order in which it searches; an active role has the entries of all roles below it, whole names before patterns (tried
 * on 10.11). MySQL's order depends on version and history (manual, "GRANT Statement", on wildcards). Where the order is
 * unknown, all must agree.
 */
function decidingEntries(rules: GrantRules, holder: Holder, database: string) {
  const entries = holder.databases.filter(({ pattern }) => coversDatabase(rules, pattern, database))
  if (rules.flavor === 'mysql') return entries
  if (holder.kind !== 'role') return entries.slice(0, 1)
  const whole = entries.filter(({ pattern }) => !isPattern(pattern))
  return whole.length > 0 ? whole : entries
}

interface GrantLine {
  isRevoke: boolean
  privileges: Set<string>
  /** Undefined: `*.*`. */
  database: string | undefined
  /** Undefined: the whole database. */
  table: string | undefined
  holder: Holder['kind']
}

const quoted = '`(?:[^`]|``)*`|"(?:[^"]|"")*"'
const identifier = `${quoted}|[\\w$\\u0080-\\uffff]+`
// One right of a list, its columns, and what follows: the next right or the object.
const listedPrivilege = new RegExp(`([A-Za-z_][\\w ]*?)(?: ?(\\((?:${quoted}|[^\`"()])*\\)))?(?:, ?| (ON) )`, 'y')
const globalObject = /\*\.\* /y
const object = new RegExp(`(?:TABLE )?(${identifier})\\.(?:(\\*)|(${identifier})) `, 'y')
const grantee = new RegExp(`(?:TO|FROM) (?:(PUBLIC)(?![^ ])|(?:${identifier}|'.*?'(?=[@ ]|$))(@)?)`, 'sy')

function parseLine(line: string): GrantLine | undefined {
  const verb = /^(GRANT|REVOKE) /.exec(line)
  if (verb === null) return undefined
  let position = verb[0].length
  const read = (expression: RegExp): RegExpExecArray | undefined => {
    expression.lastIndex = position
    const match = expression.exec(line)
    if (match === null) return undefined
    position = expression.lastIndex
    return match
  }

  const privileges = new Set<string>()
  for (let isLast = false; !isLast; ) {
    const listed = read(listedPrivilege)
    if (listed === undefined) return undefined
    const [, name = '', columns, on] = listed
    if (columns === undefined) privileges.add(name.toUpperCase())
    isLast = on !== undefined
  }
  const isGlobal = read(globalObject) !== undefined
  const named = isGlobal ? undefined : read(object)
  if (!isGlobal && named === undefined) return undefined
  const receiver = read(grantee)
  if (receiver === undefined) return undefined
  const [, everybody, host] = receiver
  return {
    isRevoke: verb[1] === 'REVOKE',
    privileges,
    database: named?.[1] === undefined ? undefined : unquoted(named[1]),
    table: named?.[3] === undefined ? undefined : unquoted(named[3]),
    // MariaDB lists roles, which have no host; MySQL adds the rights of roles to those of the user.
    holder: everybody !== undefined ? 'everybody' : host === undefined ? 'role' : 'user',
  }
}

function unquoted(name: string): string {
  const quote = name[0]
  if (quote !== '`' && quote !== '"') return name
  return name.slice(1, -1).replaceAll(quote + quote, quote)
}
