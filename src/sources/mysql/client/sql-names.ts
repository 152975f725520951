/** A name as it stands in SQL. Back-ticks work under every SQL mode. */
export function quotedIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/**
 * `user@host`, as `CURRENT_USER()` has it, as it stands behind TO. The host never holds an `@`, the user may.
 * Back-ticks where a quote or a backslash would depend on the SQL mode.
 */
export function quotedAccount(user: string): string {
  const at = user.lastIndexOf('@')
  const parts = at < 0 ? [user, '%'] : [user.slice(0, at), user.slice(at + 1)]
  return parts.map(part => (/['\\]/.test(part) ? quotedIdentifier(part) : `'${part}'`)).join('@')
}
