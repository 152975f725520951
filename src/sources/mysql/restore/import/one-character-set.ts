import { encodeText, isSingleByte, isUtf8, utf8Text } from '../../check/lexer/text-encoding'
import type { HeldObject } from '../../check/split/held-object'
import { backslashSets } from '../../client/backslash-sets'
import type { ImportTools } from './import-tools'
import { type PlacedToken, replaced, tokensOf } from './object-tokens'

/**
 * Objects whose whole text is in the character set of their session. Servers write names and comments in UTF-8 also in
 * front of code in another one. Of the character sets in which the client splits SQL elsewhere than the server, the text
 * becomes UTF-8: the server converts it, and its literals stay in the old one, by their collation.
 */
export async function inOneCharacterSet(
  objects: readonly HeldObject[],
  tools: Pick<ImportTools, 'server' | 'access' | 'signal'>,
): Promise<HeldObject[]> {
  const all: HeldObject[] = []
  for (const object of objects) all.push(encoded(object) ?? (await converted(object, tools)))
  return all
}

/** With the bytes that its names and comments have in the character set; undefined: there are none. */
function encoded(object: HeldObject): HeldObject | undefined {
  const { rest, session } = object
  const characterSet = (session.characterSet ?? '').toLowerCase()
  if (isUtf8(characterSet)) return object
  if (isAscii(rest) && isAscii(Buffer.from(object.name))) {
    return backslashSets.has(characterSet) ? { ...object, session: inUtf8(session) } : object
  }
  if (!isSingleByte(characterSet) || encodeText(object.name, characterSet) === undefined) return undefined
  const changes = utf8Parts(object).map(({ from, to }) => {
    const by = encodeText(rest.toString('utf8', from, to), characterSet)
    return by === undefined ? undefined : { from, to, by }
  })
  const possible = changes.filter(change => change !== undefined)
  return possible.length < changes.length ? undefined : { ...object, rest: replaced(rest, possible) }
}

async function converted(
  object: HeldObject,
  { server, access, signal }: Pick<ImportTools, 'server' | 'access' | 'signal'>,
): Promise<HeldObject> {
  const { rest, session } = object
  const { characterSet = '' } = session
  if (!/^[A-Za-z0-9_]+$/.test(characterSet)) return object
  const parts = utf8Parts(object)
  const ends = [...parts.map(({ from }) => from), rest.length]
  const others = ends.map((end, index) => rest.subarray(parts[index - 1]?.to ?? 0, end))
  const sql = others.map(bytes => {
    const text = `CONVERT(0x${bytes.toString('hex')} USING ${characterSet})`
    return bytes.length === 0
      ? "SELECT '';"
      : `SELECT IF(CAST(${text} AS BINARY) <=> 0x${bytes.toString('hex')}, HEX(CONVERT(${text} USING utf8mb4)), '-');`
  })
  const name = 'the conversion of views, routines, triggers and events'
  const answer = (await server.runSql({ access, sql: sql.join('\n'), name, signal })).split('\n')
  const texts = others.map((_, index) => answer[index] ?? '-')
  // What is no text in its character set is refused later, by its name.
  if (texts.some(text => !/^[0-9A-F]*$/.test(text))) return object
  const pieces = texts.flatMap((text, index) => {
    const part = parts[index]
    return [Buffer.from(text, 'hex'), part === undefined ? Buffer.alloc(0) : rest.subarray(part.from, part.to)]
  })
  return { ...object, rest: Buffer.concat(pieces), session: inUtf8(session) }
}

function inUtf8(session: HeldObject['session']): HeldObject['session'] {
  return { ...session, characterSet: 'utf8mb4' }
}

/** The parts of the text that are in UTF-8: comments, and the table of a trigger of MySQL. */
function utf8Parts(object: HeldObject): { from: number; to: number }[] {
  if (object.kind === 'view' || object.kind === 'placeholder') return []
  const isTrigger = object.kind === 'trigger'
  const tokens = isTrigger ? tokensOf(object) : headOf(object)
  const before = tokens.findIndex(({ word }) => word === (isTrigger ? 'ON' : 'COMMENT'))
  return (before < 0 ? [] : [tokens[before + 1]])
    .filter(token => token !== undefined)
    .filter(({ from, to }) => !isAscii(object.rest.subarray(from, to)))
    .filter(({ from, to }) => utf8Text(object.rest.subarray(from, to)) !== undefined)
}

/** What begins the code of a routine; DO that of an event, FOR that of a trigger. */
const codeBegins = new Set(
  `BEGIN RETURN SELECT INSERT REPLACE UPDATE DELETE SET IF CASE LOOP WHILE REPEAT CALL CREATE ALTER DROP WITH VALUES DO
  TRUNCATE SHOW SIGNAL RESIGNAL PREPARE EXECUTE DEALLOCATE GET START COMMIT ROLLBACK LOCK FLUSH ANALYZE AS IS FOR`.split(
    /\s+/,
  ),
)

/** The tokens of the head outside of parentheses: parameters may have any names. */
function headOf(object: HeldObject): PlacedToken[] {
  const head: PlacedToken[] = []
  let depth = 0
  for (const token of tokensOf(object)) {
    if (token.word === ')') depth--
    // A type may be a SET.
    if (depth === 0 && codeBegins.has(token.word) && head.at(-1)?.word !== 'RETURNS') return head
    if (depth === 0) head.push(token)
    if (token.word === '(') depth++
  }
  return head
}

function isAscii(bytes: Buffer): boolean {
  return bytes.every(byte => byte < 0x80)
}
