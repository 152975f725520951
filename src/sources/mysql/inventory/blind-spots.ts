import { type Finding, problem, warning } from '../../../findings/finding'
import { quotedAccount, quotedIdentifier } from '../client/sql-names'
import { databasesToGrantOn, type GrantPlace, type Grants, mayUse, mayUseGlobally } from './grants'
import type { ListedTable } from './inventory'

/** What the input `allow-blind-spots` may name. */
export const blindSpotKinds = ['triggers', 'routines', 'events', 'views'] as const

export type BlindSpotKind = (typeof blindSpotKinds)[number]

/** Objects of one kind that a database may have and its user may be unable to see or to dump. */
export interface BlindSpot {
  kind: BlindSpotKind
  database: string
  /** What an administrator runs to remove it: one GRANT statement, or several where patterns overlap. */
  grant: string
  /** The same in parts, to combine those of several blind spots in one statement. */
  missing: readonly MissingRight[]
  /** Listed objects that would make a dump fail: views by name, routines as `kind name`. */
  unreadable: readonly string[]
  /** The user has rights only on single tables: it does not see tables without any either. */
  hidesTables: boolean
}

interface MissingRight {
  privilege: string
  /** What follows ON and TO, quoted. */
  on: string
  to: string
}

/** What is known about one database and its user. */
export interface SightRequest {
  flavor: 'mariadb' | 'mysql'
  /** `10.11.19`; only the numbers count. */
  version: string
  /** `CURRENT_USER()`: `backup@localhost`. */
  user: string
  grants: Grants
  database: string
  /** Those in the dump, so not the excluded ones. Without them only rights on the whole database count. */
  tables?: readonly Pick<ListedTable, 'name' | 'kind'>[]
  /** All listed ones; `isReadable`: `information_schema` shows the body. Without them only the full right counts. */
  routines?: readonly { name: string; kind: string; isReadable: boolean }[]
}

/**
 * The kinds of objects that a dump by this user could silently leave out, or fail at. Facts: MySQL manual, "mysqldump",
 * "Stored Routines and MySQL Privileges", "Privileges Provided by MySQL"; MariaDB documentation, "SHOW CREATE
 * PROCEDURE"; tried on MariaDB 10.11.
 */
export function findBlindSpots(request: SightRequest): BlindSpot[] {
  return [triggers(request), routines(request), events(request), views(request)].filter(spot => spot !== undefined)
}

/** Splits the blind spots into those that must fail the run and the allowed ones, which every run reports. */
export function checkBlindSpots(
  spots: readonly BlindSpot[],
  allowed: ReadonlySet<BlindSpotKind>,
): { refused: BlindSpot[]; warnings: Finding[] } {
  const accepted = spots.filter(({ kind }) => allowed.has(kind))
  return {
    refused: spots.filter(({ kind }) => !allowed.has(kind)),
    warnings: accepted.map(({ kind, database, hidesTables, grant }) =>
      warning(
        'blind-spot',
        `The database user may be unable to see ${what(kind, hidesTables)} of ${JSON.stringify(database)}, and what it does not see is not in the backup.`,
        `Nothing, if this is intended: "allow-blind-spots" names it. To remove the blind spot, run:\n${grant}`,
      ),
    ),
  }
}

/** One finding for all blind spots that were not allowed, with each GRANT to run once. */
export function blindSpotProblems(refused: readonly BlindSpot[]): Finding[] {
  if (refused.length === 0) return []
  const byDatabase = Map.groupBy(refused, ({ database }) => database)
  const named = [...byDatabase].map(([database, spots]) => {
    const kinds = spots.map(({ kind, hidesTables }) => what(kind, hidesTables)).join(', ')
    return `${kinds} of ${JSON.stringify(database)}`
  })
  const kinds = [...new Set(refused.map(({ kind }) => kind))].join(' ')
  const statements = grantStatements(refused.flatMap(({ missing }) => missing))
  return [
    problem(
      'blind-spot',
      `The database user may be unable to see ${named.join('; ')}. A dump silently leaves out what its user does not see.`,
      `Name in "allow-blind-spots" what the backup may lack (${kinds}), or run this as an administrator of the database:\n${statements.join('\n')}`,
    ),
  ]
}

/** Options to skip allowed blind spots that would make a dump fail. Unreadable views are for `--ignore-table`. */
export function optionsAround(allowed: readonly BlindSpot[]): string[] {
  return allowed.flatMap(({ kind, unreadable }) => {
    // Without the right SHOW EVENTS is refused, even when there are no events.
    if (kind === 'events') return ['--skip-events']
    return kind === 'routines' && unreadable.length > 0 ? ['--skip-routines'] : []
  })
}

/** TRIGGER on a table shows its triggers; those of a table that is not dumped do not matter. */
function triggers(request: SightRequest): BlindSpot | undefined {
  const { grants, database, tables } = request
  if (mayUse(grants, 'TRIGGER', { database })) return undefined
  const areSeen = tables?.every(
    ({ kind, name }) => kind !== 'table' || mayUse(grants, 'TRIGGER', { database, table: name }),
  )
  if (areSeen) return undefined
  return blindSpot(request, 'triggers', inDatabase(request, ['TRIGGER']))
}

/**
 * The body of a routine is shown to its definer and to users with the right to all bodies. But a user who may run,
 * alter or create every routine sees all of them listed: if it can read each, as the owner of a database can, none is
 * missing.
 */
function routines(request: SightRequest): BlindSpot | undefined {
  const { grants, database, routines: listed } = request
  const unreadable = listed?.filter(({ isReadable }) => !isReadable) ?? []
  const right = routineRight(request)
  if (right.isHeld) return undefined
  const seesList = ['EXECUTE', 'ALTER ROUTINE', 'CREATE ROUTINE'].some(each => mayUse(grants, each, { database }))
  if (seesList && listed !== undefined && unreadable.length === 0) return undefined
  const names = unreadable.map(({ kind, name }) => `${kind} ${name}`)
  return blindSpot(request, 'routines', right.missing, names)
}

function routineRight(request: SightRequest): { isHeld: boolean; missing: MissingRight[] } {
  const { grants, database, flavor, version } = request
  const to = quotedAccount(request.user)
  if (flavor === 'mysql' && isSince(version, [8, 0, 0])) {
    const isHeld = ['SHOW_ROUTINE', 'SELECT'].some(each => mayUseGlobally(grants, each, database))
    // SHOW_ROUTINE came with 8.0.20; before it only SELECT on everything showed routines (release notes, WL#9049).
    const privilege = isSince(version, [8, 0, 20]) ? 'SHOW_ROUTINE' : 'SELECT'
    return { isHeld, missing: [{ privilege, on: '*.*', to }] }
  }
  const isHeld = mayUse(grants, 'SELECT', { database: 'mysql', table: 'proc' })
  if (flavor === 'mariadb' && isSince(version, [11, 3, 0])) {
    const missing = inDatabase(request, ['SHOW CREATE ROUTINE'])
    return { isHeld: isHeld || mayUse(grants, 'SHOW CREATE ROUTINE', { database }), missing }
  }
  return { isHeld, missing: [{ privilege: 'SELECT', on: '`mysql`.`proc`', to }] }
}

function events(request: SightRequest): BlindSpot | undefined {
  const { grants, database } = request
  if (mayUse(grants, 'EVENT', { database })) return undefined
  return blindSpot(request, 'events', inDatabase(request, ['EVENT']))
}

/**
 * SELECT on the whole database lists every view, and each needs SHOW VIEW. Otherwise only those with a right are
 * listed.
 */
function views(request: SightRequest): BlindSpot | undefined {
  const { grants, database, tables } = request
  const mayDump = (place: GrantPlace): boolean =>
    ['SELECT', 'SHOW VIEW'].every(privilege => mayUse(grants, privilege, place))
  if (mayDump({ database })) return undefined
  const hidesTables = !mayUse(grants, 'SELECT', { database })
  const listed = tables?.filter(({ kind }) => kind === 'view')
  const unreadable = listed?.filter(({ name }) => !mayDump({ database, table: name })).map(({ name }) => name)
  if (!hidesTables && unreadable?.length === 0) return undefined
  return blindSpot(request, 'views', inDatabase(request, ['SELECT', 'SHOW VIEW']), unreadable, hidesTables)
}

function blindSpot(
  { database }: SightRequest,
  kind: BlindSpotKind,
  missing: readonly MissingRight[],
  unreadable: readonly string[] = [],
  hidesTables = false,
): BlindSpot {
  return { kind, database, grant: grantStatements(missing).join(' '), missing, unreadable, hidesTables }
}

function what(kind: BlindSpotKind, hidesTables: boolean): string {
  return hidesTables ? 'tables and views (it has no SELECT on the whole database)' : kind
}

/** Which of these rights are missing on the database. */
function inDatabase({ grants, database, user }: SightRequest, privileges: readonly string[]): MissingRight[] {
  return privileges
    .filter(privilege => !mayUse(grants, privilege, { database }))
    .flatMap(privilege => {
      const names = databasesToGrantOn(grants, privilege, database)
      return names.map(name => ({ privilege, on: `${quotedIdentifier(name)}.*`, to: quotedAccount(user) }))
    })
}

/** One statement for each object, with all rights that are missing there. */
function grantStatements(missing: readonly MissingRight[]): string[] {
  const byObject = Map.groupBy(missing, ({ on, to }) => `ON ${on} TO ${to}`)
  return [...byObject].map(([object, rights]) => {
    const privileges = new Set(rights.map(({ privilege }) => privilege))
    return `GRANT ${[...privileges].join(', ')} ${object};`
  })
}

/** A version without numbers counts as new. */
function isSince(version: string, since: readonly number[]): boolean {
  const numbers = version.match(/\d+/g)?.map(Number) ?? [Number.POSITIVE_INFINITY]
  for (const [index, wanted] of since.entries()) {
    const number = numbers[index] ?? 0
    if (number !== wanted) return number > wanted
  }
  return true
}
