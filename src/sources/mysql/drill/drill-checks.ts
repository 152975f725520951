import { type Finding, problem } from '../../../findings/finding'
import { ActionError } from '../../../runtime/errors'
import type { DrillContext } from '../../drill/drill-part'
import { askSql } from '../client/ask-sql'
import { type AnswerProblem, checkAnswer } from './check-answer'
import type { DatabaseDrill, DatabaseDrillSettings } from './drill-work'

/**
 * Asks the restored databases what the user wants to be true. With one database it is chosen; with several, statements
 * name theirs. Each statement that is not true, or cannot be run, is a finding.
 */
export async function runDrillChecks(drill: DatabaseDrill): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const statement of drill.settings.drillChecks) {
    const answer = await ask(statement, drill)
    drill.signal.throwIfAborted()
    if (answer !== undefined)
      findings.push(problem('drill-check', `${named(statement)} ${answer.problem}.`, answer.advice))
  }
  return findings
}

/** Checks of a recovery point without databases: no server answers them, so they must not pass. */
export function unansweredChecks(
  { drillChecks }: Pick<DatabaseDrillSettings, 'drillChecks'>,
  { point }: Pick<DrillContext, 'point'>,
): Finding[] {
  return drillChecks.map(statement =>
    problem('drill-check', `${named(statement)} asks a database, and ${point.name} holds none.`),
  )
}

function named(statement: string): string {
  return `The drill check ${JSON.stringify(statement)}`
}

async function ask(
  statement: string,
  { databases, signal, server }: DatabaseDrill,
): Promise<AnswerProblem | undefined> {
  const { connection, access } = server
  const [only, ...others] = databases
  const database = only === undefined || others.length > 0 ? {} : { database: only.artifact.database }
  const sql = `${statement}\n;`
  try {
    return checkAnswer(await askSql(connection, { access, sql, name: 'the question', signal, ...database }))
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    return { problem: `could not be answered: ${error.message.replace(/\.$/, '')}` }
  }
}
