import { quotedName } from '../../../../findings/quoted-name'
import { encodeText } from '../../check/lexer/text-encoding'
import type { HeldKind, HeldObject } from '../../check/split/held-object'
import type { SessionSettings } from '../../check/split/session-settings'
import { backslashSets } from '../../client/backslash-sets'
import { alterDatabase, type DatabaseDefaults } from '../../client/database-statements'
import { quotedDefiner, quotedIdentifier } from '../../client/sql-names'

/** How a dump sets its session, where it does not set it for the object. */
const ordinary = { sqlMode: 'NO_AUTO_VALUE_ON_ZERO', characterSet: 'utf8mb4', timeZone: '+00:00' }

/** Only values that need no quoting: a dump is untrusted text. */
const plain: Record<keyof SessionSettings, RegExp> = {
  sqlMode: /^[A-Za-z0-9_,]*$/,
  characterSet: /^[A-Za-z0-9_]+$/,
  collation: /^[A-Za-z0-9_]+$/,
  databaseCollation: /^[A-Za-z0-9_]+$/,
  timeZone: /^[A-Za-z0-9_:+/-]+$/,
}

/**
 * What the client would do with the text of an object and the server would not, or the other way round; undefined:
 * nothing. Found without any idea of what is a comment or a text. `--` and a control character is a comment only for
 * the server, `\C` changes the character set of the client, and the client joins a line that begins with `delimiter`
 * with the next one (`add_line` in `client/mysql.cc` of MariaDB; tried on MySQL 9.7).
 */
function ambiguity({ rest, session }: Pick<HeldObject, 'rest' | 'session'>): string | undefined {
  const text = rest.toString('latin1')
  // Neither white space nor anything that can be seen.
  if (/--[^\t-\r -~\u0080-\u00ff]/.test(text)) return '"--" and a control character'
  if (/^delimiter/im.test(text)) return 'a line that begins with "delimiter"'
  const commands = [...text.matchAll(/\\C(.{0,40})/gis)].map(([, word = '']) => word.replace(/[\s'"`\\]/g, ''))
  if (commands.some(word => [...backslashSets].some(set => word.toLowerCase().startsWith(set)))) return '"\\C"'
  if (backslashSets.has((session.characterSet ?? '').toLowerCase())) return `the character set ${session.characterSet}`
  const odd = (Object.keys(plain) as (keyof SessionSettings)[]).find(
    field => session[field] !== undefined && !plain[field].test(session[field]),
  )
  return odd === undefined ? undefined : `a value of ${odd}`
}

/** The schedule of an event is evaluated when it is made; both tools write it with plain values. */
const schedule =
  /^\s+ON SCHEDULE (?:AT '[^'\\]*'|EVERY (?:'[^'\\]*'|\d+) [A-Z_]+(?: STARTS '[^'\\]*')?(?: ENDS '[^'\\]*')?)\s+ON COMPLETION /

/** Why an object is not made: half a sentence; undefined when it can be. */
export function objectProblem(object: HeldObject): string | undefined {
  const odd = ambiguity(object)
  if (odd !== undefined) return `has ${odd}, which the database client and the server read differently`
  const isUnusual = object.kind === 'event' && !schedule.test(object.rest.toString('latin1'))
  return isUnusual ? 'has a schedule that no dump tool writes' : undefined
}

/** For messages: `view "totals"`. */
export function objectName({ kind, name }: Pick<HeldObject, 'kind' | 'name'>): string {
  return `${kind === 'placeholder' ? 'placeholder of the view' : kind} ${quotedName(name)}`
}

/** The settings of the session in which the server has the object made, and checks its text. */
export function sessionSql({ sqlMode, characterSet, collation, timeZone }: SessionSettings): string {
  const connection = collation === undefined ? '' : `, collation_connection = ${collation}`
  return [
    `SET NAMES ${characterSet ?? ordinary.characterSet};`,
    `SET sql_mode = '${sqlMode ?? ordinary.sqlMode}', time_zone = '${timeZone ?? ordinary.timeZone}'${connection};`,
  ].join('\n')
}

/**
 * The CREATE statement, in bytes, for the current database: MariaDB would keep one in front of the name of a trigger.
 * `definer`: undefined for the account that makes it.
 */
export function createStatement(object: HeldObject, definer: string | undefined): Buffer {
  const { kind, name, attributes, security, rest } = object
  const place = quotedIdentifier(name)
  if (kind === 'library') return Buffer.concat([Buffer.from(`CREATE LIBRARY ${place}`), rest])
  if (kind === 'placeholder') return Buffer.concat([Buffer.from(`CREATE SQL SECURITY INVOKER VIEW ${place}`), rest])
  const isView = kind === 'view'
  const account = definer === undefined ? 'CURRENT_USER' : quotedDefiner(definer)
  const words = [
    ...['CREATE', isView ? attributes : '', `DEFINER=${account}`],
    ...[isView ? security : attributes, kind.toUpperCase(), place],
  ]
  const head = words.filter(word => word !== '').join(' ')
  const encoded = encodeText(head, object.session.characterSet ?? '')
  return Buffer.concat([encoded ?? Buffer.from(head), rest])
}

/** What is in the place of the object, if anything: the placeholder of a view is a table in old dumps. */
export function dropPlaceholder(object: HeldObject, database: string): string {
  if (object.kind !== 'view') return ''
  const name = `${quotedIdentifier(database)}.${quotedIdentifier(object.name)}`
  return `DROP TABLE IF EXISTS ${name};\nDROP VIEW IF EXISTS ${name};\n`
}

/** Sets the default collation of the database for the time in which an object is made that had another one. */
export function aroundObject(
  { session }: HeldObject,
  database: string,
  defaults: DatabaseDefaults,
): { before: string; after: string } {
  const { databaseCollation } = session
  if (databaseCollation === undefined || databaseCollation === defaults.collation) return { before: '', after: '' }
  const own = { characterSet: '', collation: databaseCollation }
  return { before: `${alterDatabase(database, own)}\n`, after: `${alterDatabase(database, defaults)}\n` }
}

/** Views may use these, also those of other databases. */
export const madeFirst: readonly (readonly HeldKind[])[] = [
  ['library', 'package', 'package body', 'function', 'procedure'],
  ['placeholder'],
]
export const madeThen: readonly (readonly HeldKind[])[] = [['view'], ['trigger']]
