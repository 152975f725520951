import { type Finding, problem } from '../../../findings/finding'
import { quotedIdentifier } from '../client/sql-names'

/** A view that stops a dump. `otherwise`: an alternative to fixing or dropping it. */
export function brokenView(view: { database: string; name: string }, otherwise: string): Finding {
  return problem(
    'broken-view',
    `The view ${nameOf(view)} uses a table or column that no longer exists, or its definer lacks a right: a dump stops there.`,
    `Fix it, or ${otherwise}, or drop it:\nDROP VIEW ${quotedIdentifier(view.database)}.${quotedIdentifier(view.name)};`,
  )
}

/** In quotes, with its database. */
export function nameOf({ database, name }: { database: string; name: string }): string {
  return JSON.stringify(`${database}.${name}`)
}
