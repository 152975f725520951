import { type Finding, problem } from '../../../findings/finding'
import { ActionError } from '../../../runtime/errors'
import { askSql } from '../../../sources/mysql/client/ask-sql'
import { type AnswerProblem, checkAnswer } from '../../../sources/mysql/drill/check-answer'
import type { OpenDrillServer } from '../../../sources/mysql/drill/open-drill-server'
import type { DrillWork } from './drill-work'

/**
 * Asks the restored databases what the user wants to be true. With one database it is chosen; with several, statements name theirs. Each
 * statement that is not true, or cannot be run, is a finding; where a database is missing none is asked.
 */
export async function runDrillChecks(
  work: DrillWork,
  server: OpenDrillServer | undefined,
  isImported: boolean,
): Promise<Finding[]> {
  const { inputs, point, signal } = work
  const findings: Finding[] = []
  for (const statement of inputs.drillChecks) {
    const name = `The drill check ${JSON.stringify(statement)}`
    if (server === undefined) {
      findings.push(problem('drill-check', `${name} asks a database, and ${point.name} holds none.`))
    } else if (isImported) {
      const answer = await ask(statement, work, server)
      signal.throwIfAborted()
      if (answer !== undefined)
        findings.push(problem('drill-check', `${name} ${answer.problem}.`, answer.advice))
    }
  }
  return findings
}

async function ask(
  statement: string,
  { point, signal }: DrillWork,
  { connection, access }: OpenDrillServer,
): Promise<AnswerProblem | undefined> {
  const [only, ...others] = point.reread.databases
  const database = only === undefined || others.length > 0 ? {} : { database: only.artifact.database }
  const sql = `${statement}\n;`
  try {
    return checkAnswer(await askSql(connection, { access, sql, name: 'the question', signal, ...database }))
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    return { problem: `could not be answered: ${error.message.replace(/\.$/, '')}` }
  }
}
