import { FailureError } from '../../../../runtime/errors'
import type { HeldObject } from '../../check/split/held-object'
import type { ImportTools } from './import-tools'
import { createStatement, objectName, objectProblem, sessionSql } from './object-sql'

/** In bytes of SQL: how much the server is asked about at once. */
const batchBytes = 256 * 1024

/**
 * Errors for a text that was read to its end as one statement: it is of a kind that cannot be prepared (1295), or a
 * view of something that is not there, cannot be used, or may not be. Error references of MySQL and MariaDB.
 */
const understood = new Set([
  1295, 1049, 1052, 1054, 1060, 1142, 1143, 1146, 1222, 1267, 1271, 1305, 1347, 1348, 1356, 1370, 1449,
])

/**
 * Throws unless the server itself takes the text of each object for exactly one statement, to its end. It is only
 * prepared: PREPARE takes one statement, reads it whole, and runs nothing (tried on MariaDB 10.11 and MySQL 9.7).
 * `CREATE <kind> <name>` at its beginning is ours. What is prepared must be what is run: of bytes that a character set
 * does not have, MySQL drops the rest of the text, and MariaDB makes question marks.
 */
export async function checkObjects(
  objects: readonly HeldObject[],
  database: string,
  tools: Pick<ImportTools, 'server' | 'access' | 'signal'>,
): Promise<void> {
  for (const object of objects) refuse(object, objectProblem(object))
  for (const batch of batchesOf(objects)) {
    const problems = await problemsOnServer(batch, database, tools)
    for (const [index, object] of batch.entries()) refuse(object, problems[index])
  }
}

function batchesOf(objects: readonly HeldObject[]): HeldObject[][] {
  const batches: HeldObject[][] = []
  let room = 0
  for (const object of objects) {
    if (room <= 0) {
      batches.push([])
      room = batchBytes
    }
    batches.at(-1)?.push(object)
    room -= object.rest.length * 2
  }
  return batches
}

/** Why the server does not take each of these for one statement; undefined where it does. */
export async function problemsOnServer(
  objects: readonly HeldObject[],
  database: string,
  { server, access, signal }: Pick<ImportTools, 'server' | 'access' | 'signal'>,
): Promise<(string | undefined)[]> {
  const sql = objects.map(object => {
    const text = createStatement(object, undefined).toString('hex')
    return [
      sessionSql(object.session),
      `SET @bytes = 0x${text};`,
      `SET @object = CONVERT(@bytes USING ${object.session.characterSet ?? 'utf8mb4'});`,
      'PREPARE object FROM @object;',
      'SHOW ERRORS;',
      `SELECT IF(CAST(@object AS BINARY) <=> @bytes, '${asked}', '${altered}'), @@error_count;`,
    ].join('\n')
  })
  const name = 'the check of views, routines, triggers and events'
  // A server may be set to list none, and counts none then.
  const all = ['SET max_error_count = 64;', ...sql].join('\n')
  const answer = await server.runSql({ access, database, sql: all, name, goesOn: true, signal })
  const answers = answersIn(answer)
  if (answers.length !== objects.length)
    throw new FailureError('The database server did not answer about every view, routine, trigger and event.')
  return answers.map(({ errors, count, isAltered }, index) => {
    if (isAltered)
      return `has bytes that are no text in its character set, ${objects[index]?.session.characterSet ?? 'utf8mb4'}`
    const stranger = errors.find(error => !understood.has(error))
    if (stranger !== undefined) return `is not one statement for this database server (error ${stranger})`
    return errors.length === count ? undefined : 'has errors that the database server does not list'
  })
}

/** Begins the last line about one object: the text that was prepared is its text, or is not. */
const asked = 'asked'
const altered = 'altered'

interface ObjectAnswer {
  /** Their numbers. */
  errors: readonly number[]
  /** How many the server counted: it lists no more than max_error_count, warnings among them. */
  count: number
  isAltered: boolean
}

/** One for each object. */
function answersIn(answer: string): ObjectAnswer[] {
  const answers: ObjectAnswer[] = []
  let errors: number[] = []
  for (const line of answer.split('\n')) {
    const [word, number] = line.split('\t')
    if (word === 'Error') errors.push(Number(number))
    if (word !== asked && word !== altered) continue
    answers.push({ errors, count: Number(number), isAltered: word === altered })
    errors = []
  }
  return answers
}

function refuse(object: HeldObject, problem: string | undefined): void {
  if (problem === undefined) return
  throw new FailureError(`The ${objectName(object)} of the dump ${problem}: it is not made.`, {
    advice:
      'Either someone changed the dump, or it comes from another flavour or version of the database server. Look at its text in the dump; it can be made by hand afterwards (docs/recovery-by-hand.md).',
  })
}
