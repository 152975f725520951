import { type Finding, problem } from '../../../findings/finding'
import { quotedIdentifier } from '../client/sql-names'

/** That a dump would end at a view. `otherwise`: what else would help than to mend it or to drop it. */
export function brokenView(view: { database: string; name: string }, otherwise: string): Finding {
  return problem(
    'broken-view',
    `The view ${nameOf(view)} stands on something that is gone, or its definer lacks a right: a dump ends there.`,
    `Mend it, or ${otherwise}, or drop it:\nDROP VIEW ${quotedIdentifier(view.database)}.${quotedIdentifier(view.name)};`,
  )
}

/** In quotes, with its database. */
export function nameOf({ database, name }: { database: string; name: string }): string {
  return JSON.stringify(`${database}.${name}`)
}
