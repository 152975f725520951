import { type Finding, warning } from '../../../findings/finding'
import { messageOf } from '../../../runtime/errors'
import { type BrokenView, type ImportedRows, type ImportTools, makeViews } from './import-and-compare'
import { type ImportContext, importWithheld } from './import-dump'

/**
 * Creates the views of a database whose rows are imported. Those that use something that does not exist are left out,
 * noted in `rows`, so that they are not missed, and returned.
 */
export async function makeUsableViews(rows: ImportedRows, tools: ImportTools): Promise<readonly BrokenView[]> {
  try {
    await makeViews(rows, tools)
    return []
  } catch (error) {
    if (!usesWhatIsMissing(error)) throw error
    const broken = await makeViewsOneByOne(rows.withheld.views, rows.request.target, tools)
    rows.brokenViews = broken
    return broken
  }
}

/** No such table, database, or usable view: MySQL and MariaDB error references. */
const missing = /\(error (1146|1049|1356)\)/

export function usesWhatIsMissing(error: unknown): boolean {
  return missing.test(messageOf(error))
}

/**
 * Creates views one by one, and leaves out those that use something that does not exist: a table that the backup leaves
 * out, or a database that is not in it.
 */
export async function makeViewsOneByOne(
  views: Buffer,
  database: string,
  context: ImportContext,
): Promise<BrokenView[]> {
  const broken: BrokenView[] = []
  for (const sql of viewsIn(views)) {
    const name = nameOf(sql)
    try {
      await importWithheld(Buffer.from(sql, 'latin1'), `the view ${JSON.stringify(name)}`, database, context)
    } catch (error) {
      if (!usesWhatIsMissing(error)) throw error
      broken.push({ name, message: messageOf(error) })
    }
  }
  return broken
}

/** As warnings. */
export function brokenViewWarnings(broken: readonly BrokenView[]): Finding[] {
  return broken.map(({ name, message }) =>
    warning(
      'view-not-made',
      `The view ${JSON.stringify(name)} was left out, since something that it uses does not exist: ${message} Either the backup leaves a table out ("exclude-tables"), or the view uses a database that is not in it.`,
    ),
  )
}

/** Each after its title, as both tools write them. */
function viewsIn(sql: Buffer): string[] {
  return sql
    .toString('latin1')
    .split(/^-- Final view structure for view .*$/m)
    .filter(part => /\bVIEW\b/.test(part))
}

function nameOf(sql: string): string {
  const quoted = /VIEW(?: IF EXISTS)? `((?:[^`]|``)*)`/.exec(sql)?.[1] ?? ''
  return Buffer.from(quoted.replaceAll('``', '`'), 'latin1').toString('utf8')
}
