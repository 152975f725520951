import { type Finding, warning } from '../../../findings/finding'
import { messageOf } from '../../../runtime/errors'
import { type BrokenView, type ImportedRows, type ImportTools, makeViews } from './import-and-compare'
import { type ImportContext, importWithheld } from './import-dump'

/**
 * Makes the views of a database whose rows are in, as far as there is what they stand on. Those that are left out are
 * noted in `rows`, so that they are not missed, and returned. Throws what else goes wrong.
 */
export async function makeStandingViews(rows: ImportedRows, tools: ImportTools): Promise<readonly BrokenView[]> {
  try {
    await makeViews(rows, tools)
    return []
  } catch (error) {
    if (!standsOnWhatIsMissing(error)) throw error
    const broken = await makeViewsOneByOne(rows.withheld.views, rows.request.target, tools)
    rows.brokenViews = broken
    return broken
  }
}

/** No such table, database, or view that can be used: MySQL and MariaDB error references. */
const standsOnNothing = /\(error (1146|1049|1356)\)/

export function standsOnWhatIsMissing(error: unknown): boolean {
  return standsOnNothing.test(messageOf(error))
}

/**
 * Makes the views of a database one by one, and leaves out those that stand on what is not there: a table that the
 * backup leaves out, or one of a database that is not in it. Throws what else goes wrong.
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
      if (!standsOnWhatIsMissing(error)) throw error
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
      `The view ${JSON.stringify(name)} was left out, since something that it stands on is not there: ${message} Either the backup leaves a table out ("exclude-tables"), or the view stands on a database that is not in it.`,
    ),
  )
}

/** Each behind its title, as both tools write them. */
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
