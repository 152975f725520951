import type { OpenDrillServer } from '../../drill/open-drill-server'
import type { VerifyFinding } from '../../report/verify-report'
import { ActionError } from '../../runtime/errors'
import { restoreServerOver } from '../../server/restore-server'
import type { DrillWork } from './drill'

/**
 * Asks the restored databases what the user wants to be true. With one database it is chosen; with several, statements name theirs. Each
 * statement that is not true, or cannot be run, is a finding; where a database is missing none is asked.
 */
export async function runDrillChecks(
  work: DrillWork,
  server: OpenDrillServer | undefined,
  isImported: boolean,
): Promise<VerifyFinding[]> {
  const { inputs, point, signal } = work
  const findings: VerifyFinding[] = []
  for (const statement of inputs.drillChecks) {
    const name = `The drill check ${JSON.stringify(statement)}`
    if (server === undefined) {
      findings.push(finding(`${name} asks a database, and ${point.name} holds none.`))
    } else if (isImported) {
      const problem = await ask(statement, work, server)
      signal.throwIfAborted()
      if (problem !== undefined) findings.push(finding(`${name} ${problem}.`))
    }
  }
  return findings
}

async function ask(
  statement: string,
  { point }: DrillWork,
  { connection, access }: OpenDrillServer,
): Promise<string | undefined> {
  const [only, ...others] = point.reread.databases
  const database = only === undefined || others.length > 0 ? {} : { database: only.artifact.database }
  const sql = `${statement}\n;`
  try {
    const answer = await restoreServerOver(connection).runSql({
      access,
      sql,
      name: 'the question',
      ...database,
    })
    const value = firstValue(answer)
    if (value === undefined) return 'is not true: it returned no row'
    return isTrue(value) ? undefined : `is not true: it returned ${value === '' ? 'nothing' : value}`
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    return `could not be answered: ${error.message.replace(/\.$/, '')}`
  }
}

/** The first column of the first row, as the client prints it without headings; undefined without a row. */
export function firstValue(answer: string): string | undefined {
  return answer === '' ? undefined : answer.split('\n')[0]?.split('\t')[0]
}

/** What is not true is empty, NULL, or a zero in any form; so what a message may show of it is nobody's data. */
export function isTrue(value: string): boolean {
  return value !== '' && value !== 'NULL' && Number(value) !== 0
}

function finding(message: string): VerifyFinding {
  return { code: 'drill-check', message }
}
