import { type Finding, problem } from '../../../findings/finding'
import { ActionError } from '../../../runtime/errors'
import { drillOnly } from '../../drill/drill-finding'
import type { DrillContext, DrillShown } from '../../drill/drill-part'
import { askSql } from '../client/ask-sql'
import type { DatabaseDrill, DatabaseDrillSettings } from './drill-work'

/** Runs the checks of the user in the restored databases. With one database it is selected. Failures are findings. */
export async function runDrillChecks(
  drill: DatabaseDrill,
): Promise<{ findings: Finding[]; checks: DrillShown['checks'][number][] }> {
  const findings: Finding[] = []
  const checks: DrillShown['checks'][number][] = []
  for (const statement of drill.settings.drillChecks) {
    const { answer, wrong } = await runCheck(statement, drill)
    drill.signal.throwIfAborted()
    if (wrong !== undefined) findings.push(falseCheck(statement, wrong.problem, wrong.advice ?? whichIsWrong))
    checks.push({
      statement,
      answer: wrong === undefined ? answer : wrong.problem.replace(/^is not true: it returned /, ''),
      isTrue: wrong === undefined,
    })
  }
  return { findings, checks }
}

const whichIsWrong =
  'If the data should be otherwise, look for the newest recovery point that passes: "snapshot" takes any slot. If it is right, correct "drill-checks".'

/** Checks of a recovery point without databases must not pass. */
export function unansweredChecks(
  { drillChecks }: Pick<DatabaseDrillSettings, 'drillChecks'>,
  { point }: Pick<DrillContext, 'point'>,
): Finding[] {
  return drillChecks.map(statement => falseCheck(statement, `needs a database, and ${point.name} has none`))
}

function falseCheck(statement: string, what: string, fix?: string): Finding {
  return drillOnly(problem('drill-check', `The drill check ${JSON.stringify(statement)} ${what}.`, fix))
}

async function runCheck(
  statement: string,
  { databases, signal, server }: DatabaseDrill,
): Promise<{ answer: string; wrong: AnswerProblem | undefined }> {
  const { connection, access } = server
  const [only, ...others] = databases
  const database = only === undefined || others.length > 0 ? {} : { database: only.artifact.database }
  const sql = `${statement}\n;`
  try {
    const line = await askSql(connection, { access, sql, name: 'the drill check', signal, ...database })
    // Of one that is true: a number.
    return { answer: line?.split('\t', 1)[0] ?? '', wrong: checkAnswer(line) }
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    return { answer: '', wrong: { problem: `could not be run: ${error.message.replace(/\.$/, '')}` } }
  }
}

/** `problem`: the end of a sentence about the check. */
interface AnswerProblem {
  problem: string
  advice?: string
}

/** Undefined: true, which only a number except zero is. `line`: undefined without a row; not shown, it may be data. */
export function checkAnswer(line: string | undefined): AnswerProblem | undefined {
  if (line === undefined) return { problem: 'is not true: it returned no row' }
  const value = line.split('\t', 1)[0] ?? ''
  if (value === '') return { problem: 'is not true: it returned nothing' }
  if (value === 'NULL') return { problem: 'is not true: it returned NULL' }
  // A zero of type BIT or BINARY, escaped by the client, and raw.
  if (value === '\\0' || value === '\0') return { problem: 'is not true: it returned a zero byte' }
  if (!isNumber(value)) {
    return {
      problem: 'is neither true nor false: it did not return a number',
      advice: 'Use a comparison, as in "SELECT COUNT(*) > 0 FROM orders".',
    }
  }
  return Number(value) === 0 ? { problem: `is not true: it returned ${value}` } : undefined
}

/** DECIMAL has 65 digits at most, and a DOUBLE is printed with fewer. */
function isNumber(value: string): boolean {
  return value.length <= 100 && /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value)
}
