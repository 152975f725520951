import type { PlacedToken } from './object-tokens'

const joins = new Set(['JOIN', 'STRAIGHT_JOIN'])
const sequenceFunctions = new Set(['NEXTVAL', 'LASTVAL', 'SETVAL'])

/**
 * The names of databases in a view, as both servers write it: all names are quoted. In `x`.`y` the first one is a database
 * only where a table is joined, a function called or a sequence used; otherwise it is a table. In `x`.`y`.`z` it always
 * is.
 */
export function databasesInView(tokens: readonly PlacedToken[]): PlacedToken[] {
  const found: PlacedToken[] = []
  // Whether there was a SELECT between these parentheses: in `extract(year from …)` no table follows.
  const selects: boolean[] = [true]
  let isTable = false
  for (const [at, token] of tokens.entries()) {
    const { kind, word } = token
    if (kind === 'name' && tokens[at - 1]?.word !== '.' && isDatabase(tokens, at, isTable)) found.push(token)
    if (word === '(') selects.push(false)
    else if (word === ')') selects.pop()
    else if (word === 'SELECT') selects[selects.length - 1] = true
    isTable = (word === '(' && isTable) || joins.has(word) || (word === 'FROM' && selects.at(-1) === true)
  }
  return found
}

function isDatabase(tokens: readonly PlacedToken[], at: number, isTable: boolean): boolean {
  const [dot, name, next] = tokens.slice(at + 1, at + 4)
  if (dot?.word !== '.' || name?.kind !== 'name') return false
  const isInSequence = tokens[at - 1]?.word === '(' && sequenceFunctions.has(tokens[at - 2]?.word ?? '')
  return isTable || isInSequence || next?.word === '.' || next?.word === '('
}
