import { type Finding, problem } from '../../../findings/finding'
import { dumpDefaultRefusal } from '../dump/dump-options'
import type { ServerInventory } from '../inventory/parse-inventory'

/** Options that the server's own option files add to every dump and that would make it incomplete without any sign. */
export function dumpDefaultProblems({ defaults }: Pick<ServerInventory, 'defaults'>): Finding[] {
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
