import { encodeText } from '../../check/lexer/text-encoding'
import type { HeldObject } from '../../check/split/held-object'
import { quotedIdentifier } from '../../client/sql-names'
import { type PlacedToken, replaced, tokensOf } from './object-tokens'
import { databasesInView } from './view-databases'

/**
 * An object for the database `to`, with the names that the server wrote of its own database, `from`. Text that a person
 * wrote is not changed: there a name may be anything.
 */
export function inDatabase(object: HeldObject, from: string, to: string): HeldObject {
  const { rest, session } = object
  if (object.kind === 'trigger') return { ...object, rest: withoutDatabase(object, from) }
  if (from === to || !rest.includes(from)) return object
  const places = ownPlaces(object, from)
  const by = encodeText(quotedIdentifier(to), (session.characterSet ?? '').toLowerCase())
  if (places.length === 0 || by === undefined) return object
  const changes = places.map(place => ({ from: place.from, to: place.to, by }))
  return { ...object, rest: replaced(rest, changes) }
}

/** Servers keep the database in front of the table of a trigger, where its author wrote one: it can be no other. */
function withoutDatabase(object: HeldObject, database: string): Buffer {
  const tokens = tokensOf(object)
  const at = tokens.findIndex(({ word }) => word === 'ON') + 1
  const [own, dot] = tokens.slice(at)
  const isOwn = at > 0 && own?.text === database && own.kind !== 'symbol' && dot?.word === '.'
  return isOwn ? replaced(object.rest, [{ from: own.from, to: dot.to, by: Buffer.alloc(0) }]) : object.rest
}

function ownPlaces(object: HeldObject, database: string): PlacedToken[] {
  if (object.kind === 'view') return databasesInView(tokensOf(object)).filter(({ text }) => text === database)
  if (object.kind === 'function' || object.kind === 'procedure') return inLibraries(tokensOf(object), database)
  return []
}

/** Of MySQL 9: "USING (`shop`.`lib` AS `l`)" in front of code that is not SQL. */
function inLibraries(tokens: readonly PlacedToken[], database: string): PlacedToken[] {
  const language = tokens.findIndex(({ word }) => word === 'LANGUAGE')
  const using = tokens.findIndex(({ word }, at) => at > language && word === 'USING')
  if (language < 0 || tokens[language + 1]?.word === 'SQL' || tokens[using + 1]?.word !== '(') return []
  const end = tokens.findIndex(({ word }, at) => at > using && word === ')')
  return tokens
    .slice(using, end)
    .filter(({ kind, text }, at) => kind === 'name' && text === database && tokens[using + at + 1]?.word === '.')
}
