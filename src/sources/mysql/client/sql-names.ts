/** A name in SQL. Backticks work in every SQL mode. */
export function quotedIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/**
 * `user@host` from `CURRENT_USER()`, for GRANT … TO. Only the user may contain an `@`. Backticks where the SQL mode
 * decides about a quote or a backslash.
 */
export function quotedAccount(user: string): string {
  const at = user.lastIndexOf('@')
  const parts = at < 0 ? [user, '%'] : [user.slice(0, at), user.slice(at + 1)]
  return parts.map(part => (/['\\]/.test(part) ? quotedIdentifier(part) : `'${part}'`)).join('@')
}

/** A definer as `DEFINER =` and GRANT have it: `user@host`, or the name of a role. */
export function quotedDefiner(definer: string): string {
  return definer.includes('@') ? quotedAccount(definer) : quotedIdentifier(definer)
}

/** A database, and no other, as GRANT names it. `partialRevokes`: MySQL's variable, which leaves `_` and `%` as they are. */
export function grantPattern({ partialRevokes }: { partialRevokes: boolean }, database: string): string {
  return partialRevokes ? database : database.replace(/[_%\\]/g, '\\$&')
}
