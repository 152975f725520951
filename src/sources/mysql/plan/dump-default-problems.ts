import { type Finding, problem } from '../../../findings/finding'
import { plural } from '../../../runtime/text/format-count'
import { dumpDefaultRefusal } from '../dump/dump-options'
import type { ServerInventory } from '../inventory/parse-inventory'

/** What is set on the server and would make every dump incomplete without any sign. */
export function dumpDefaultProblems(found: Pick<ServerInventory, 'defaults' | 'rowLimit'>): Finding[] {
  return [...optionProblems(found), ...rowLimitProblems(found)]
}

/** Options that the server's own option files add to every dump. */
function optionProblems({ defaults }: Pick<ServerInventory, 'defaults'>): Finding[] {
  return defaults.flatMap(name => {
    const reason = dumpDefaultRefusal(name)
    if (reason === undefined) return []
    return problem(
      'dump-default',
      `The configuration of the database client on the server adds "--${name}" to every dump: ${reason}.`,
      'Remove it there, or set "mysql-user" and "mysql-password": then this configuration is not read.',
    )
  })
}

function rowLimitProblems({ rowLimit }: Pick<ServerInventory, 'rowLimit'>): Finding[] {
  if (rowLimit === undefined) return []
  return [
    problem(
      'rows-limited',
      `The database server gives ${plural(rowLimit, 'row')} of each table to a dump and silently leaves out the others: its sql_select_limit is set.`,
      'Run this as an administrator of the database, and remove the setting from my.cnf or init_connect:\nSET GLOBAL sql_select_limit=DEFAULT;',
    ),
  ]
}
