import type { DatabaseAccess } from './database-access'

/**
 * The lines of a `[client]` section for access to the database. Values are quoted, with `\` and `"` escaped: correct
 * for quotes, spaces, `#`, `;`, `$(…)` and backticks (MySQL manual, "Using Option Files"; tried on MariaDB 10.11).
 */
export function optionFileLines(access: DatabaseAccess): string[] {
  const lines: string[] = []
  if (access.user !== undefined) lines.push(`user=${quoted(access.user)}`)
  if (access.password !== undefined) lines.push(`password=${quoted(access.password)}`)
  for (const [name, value] of location(access)) lines.push(`${name}=${quoted(value)}`)
  return lines
}

/** Where to connect, as command-line options, for logins by the server's own configuration. */
export function locationArguments(access: DatabaseAccess): string[] {
  return location(access).map(([name, value]) => `--${name}=${value}`)
}

/** A port means TCP: for `localhost`, or without a host, the clients would silently use the socket. */
function location({ host, port, socket }: DatabaseAccess): [string, string][] {
  const found: [string, string][] = []
  if (host !== undefined) found.push(['host', host])
  if (port !== undefined) {
    if (host === undefined) found.push(['host', '127.0.0.1'])
    if (host === 'localhost') found.push(['protocol', 'tcp'])
    found.push(['port', String(port)])
  }
  if (socket !== undefined) found.push(['socket', socket])
  return found
}

function quoted(value: string): string {
  if (/[\0\n\r]/.test(value)) throw new TypeError('An option file cannot contain a line break or a NUL.')
  return `"${value.replace(/[\\"]/g, '\\$&')}"`
}
