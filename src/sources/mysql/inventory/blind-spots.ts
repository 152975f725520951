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
  /** What an administrator runs to end it: one GRANT statement, or several where patterns overlap. */
  grant: string
  /** The same in parts, so that those of several blind spots go into one statement. */
  missing: readonly MissingRight[]
  /** Objects that are listed, and that a dump would fail at: views by name, routines as `kind name`. */
  unreadable: readonly string[]
  /** The user has rights on single tables only: tables without any are as unseen as views. */
  hidesTables: boolean
}

interface MissingRight {
  privilege: string
  /** As it stands behind ON and behind TO, quoted. */
  on: string
  to: string
}

/** What is asked about one database. */
export interface SightRequest {
  flavor: 'mariadb' | 'mysql'
  /** `10.11.19`; the digits in front count. */
  version: string
  /** `CURRENT_USER()`: `backup@localhost`. */
  user: string
  grants: Grants
  database: string
  /** Those that the dump is to hold, so not the excluded ones. Without them only rights on the whole database count. */
  tables?: readonly Pick<ListedTable, 'name' | 'kind'>[]
  /**
   * Every routine that is listed; `isReadable`: `information_schema` shows its body. Without them only the full right
   * counts.
   */
  routines?: readonly { name: string; kind: string; isReadable: boolean }[]
}

/**
 * The kinds of objects that a dump by this user could leave out in silence, or fail at. Facts: MySQL manual,
 * "mysqldump", "Stored Routines and MySQL Privileges", "Privileges Provided by MySQL"; MariaDB documentation, "SHOW
 * CREATE PROCEDURE"; tried on MariaDB 10.11.
 */
export function findBlindSpots(request: SightRequest): BlindSpot[] {
  return [triggers(request), routines(request), events(request), views(request)].filter(spot => spot !== undefined)
}

/** Parts the blind spots into those that must fail the run and those that were allowed, which are told in every run. */
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
        `Nothing, if this is meant: "allow-blind-spots" names it. This ends it:\n${grant}`,
      ),
    ),
  }
}

/** What is wrong with blind spots that were not allowed: one finding names them all, and every GRANT to paste, once. */
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
      `The database user may be unable to see ${named.join('; ')}. A dump leaves out in silence what its user does not see.`,
      `Name in "allow-blind-spots" what the backup may lack (${kinds}), or run this as an administrator of the database:\n${statements.join('\n')}`,
    ),
  ]
}

/**
 * Options that let a dump pass by allowed blind spots that it would fail at. Unreadable views are for `--ignore-table`.
 */
export function optionsAround(allowed: readonly BlindSpot[]): string[] {
  return allowed.flatMap(({ kind, unreadable }) => {
    // SHOW EVENTS is refused without the right, whether or not there are events.
    if (kind === 'events') return ['--skip-events']
    return kind === 'routines' && unreadable.length > 0 ? ['--skip-routines'] : []
  })
}

/** A trigger is seen with TRIGGER on its table; one on a table that is not dumped is not missed. */
function triggers(request: SightRequest): BlindSpot | undefined {
  const { grants, database, tables } = request
  if (mayUse(grants, 'TRIGGER', { database })) return undefined
  const isSeen = ({ kind, name }: { kind: string; name: string }): boolean =>
    kind !== 'table' || mayUse(grants, 'TRIGGER', { database, table: name })
  if (tables?.every(isSeen)) return undefined
  return blindSpot(request, 'triggers', inDatabase(request, ['TRIGGER']))
}

/**
 * The text of a routine is for its definer and for those with the right to all of them. But who may run, alter or
 * create every routine sees each in the list: then none is missed as long as all that are listed can be read. So a user
 * who owns the database is no blind one.
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
  const everywhere = (privilege: string): MissingRight[] => [{ privilege, on: '*.*', to: quotedAccount(request.user) }]
  if (flavor === 'mysql' && isSince(version, [8, 0, 0])) {
    const isHeld = ['SHOW_ROUTINE', 'SELECT'].some(each => mayUseGlobally(grants, each, database))
    // SHOW_ROUTINE came with 8.0.20; before it only SELECT on everything showed routines (release notes, WL#9049).
    return { isHeld, missing: everywhere(isSince(version, [8, 0, 20]) ? 'SHOW_ROUTINE' : 'SELECT') }
  }
  const isHeld = mayUse(grants, 'SELECT', { database: 'mysql', table: 'proc' })
  if (flavor === 'mariadb' && isSince(version, [11, 3, 0])) {
    return {
      isHeld: isHeld || mayUse(grants, 'SHOW CREATE ROUTINE', { database }),
      missing: inDatabase(request, ['SHOW CREATE ROUTINE']),
    }
  }
  return { isHeld, missing: [{ privilege: 'SELECT', on: '`mysql`.`proc`', to: quotedAccount(request.user) }] }
}

function events(request: SightRequest): BlindSpot | undefined {
  const { grants, database } = request
  if (mayUse(grants, 'EVENT', { database })) return undefined
  return blindSpot(request, 'events', inDatabase(request, ['EVENT']))
}

/**
 * With SELECT on the whole database every view is listed, and SHOW VIEW is needed for those there are. Without it a
 * view, like a table, is only listed where the user has a right on it.
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

/** What is lacking of these rights, on the database. */
function inDatabase({ grants, database, user }: SightRequest, privileges: readonly string[]): MissingRight[] {
  return privileges
    .filter(privilege => !mayUse(grants, privilege, { database }))
    .flatMap(privilege =>
      databasesToGrantOn(grants, privilege, database).map(name => ({
        privilege,
        on: `${quotedIdentifier(name)}.*`,
        to: quotedAccount(user),
      })),
    )
}

/** One statement for each object, with all that is lacking there. */
function grantStatements(missing: readonly MissingRight[]): string[] {
  const byObject = Map.groupBy(missing, ({ on, to }) => `ON ${on} TO ${to}`)
  return [...byObject].map(([object, rights]) => {
    const privileges = new Set(rights.map(({ privilege }) => privilege))
    return `GRANT ${[...privileges].join(', ')} ${object};`
  })
}

/** A version without numbers counts as a new one. */
function isSince(version: string, since: readonly number[]): boolean {
  const numbers = version.match(/\d+/g)?.map(Number) ?? [Number.POSITIVE_INFINITY]
  for (const [index, wanted] of since.entries()) {
    const number = numbers[index] ?? 0
    if (number !== wanted) return number > wanted
  }
  return true
}
