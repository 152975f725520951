import { type Finding, problem } from '../../../findings/finding'
import { ActionError, messageOf } from '../../../runtime/errors'
import { missingTool } from '../../../server/missing-tool'
import type { DatabaseTargetFacts } from './database-target-facts'

/** Why the database server could not be asked, or its tools could not be run. */
export function databaseToolProblems({ tools, database, problem: why }: DatabaseTargetFacts): Finding[] {
  const needed = [
    { tool: 'client', name: 'mysql (or mariadb)' },
    { tool: 'dump-tool', name: 'mysqldump (or mariadb-dump)' },
  ]
  const missing = needed.filter(({ tool }) => !tools.has(tool))
  if (missing.length > 0) return missing.map(({ name }) => missingTool(name, 'mariadb-client'))
  if (why !== undefined) {
    const advice = why instanceof ActionError ? why.advice : undefined
    const fix = advice ?? 'See that the database server runs and lets the user in.'
    return [problem('database-server', messageOf(why), fix)]
  }
  if (database !== undefined) return []
  return [
    problem(
      'database-server',
      'The database server did not say what it has.',
      'See that it runs and lets the user in: mysql-user, mysql-password, or ~/.my.cnf of the SSH user.',
    ),
  ]
}
