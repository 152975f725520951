import type { Finding } from '../../../findings/finding'

/** Explains an import that failed since it uses a database that is not in the recovery point: mostly a view does. */
export function explainOtherDatabase(finding: Finding, databases: readonly string[]): Finding {
  if (finding.code !== 'import') return finding
  const other = missingDatabase(finding.what, databases)
  if (other === undefined) return finding
  const name = JSON.stringify(other)
  return {
    ...finding,
    code: 'other-database',
    fix: `Something in it, mostly a view, uses the database ${name}, which is not in this recovery point. Add ${name} to "databases" of the backup: until then it can be restored only to a server that has ${name}.`,
  }
}

/** In English, the language of the throwaway server: `Table 'crm.t' doesn't exist (error 1146)`. */
const missing = [
  /Table '(.+)' doesn't exist \(error 1146\)/,
  /(?:FUNCTION|PROCEDURE) (.+) does not exist \(error 1305\)/,
]

/** The database in a message of the server, when it is not one of `databases`. */
export function missingDatabase(message: string, databases: readonly string[]): string | undefined {
  const unknown = /Unknown database '(.+)' \(error 1049\)/.exec(message)?.[1]
  if (unknown !== undefined) return databases.includes(unknown) ? undefined : unknown
  const object = missing.map(pattern => pattern.exec(message)?.[1]).find(each => each !== undefined)
  if (object === undefined || databases.some(each => object.startsWith(`${each}.`))) return undefined
  const [database, ...rest] = object.split('.')
  return rest.length === 0 ? undefined : database
}
