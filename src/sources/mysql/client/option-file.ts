import type { DatabaseAccess } from './database-access'

/**
 * The lines of a `[client]` section that give access to the database; none when the server's own configuration is to be
 * used. Values are quoted, with `\` and `"` escaped: right for quotes, spaces, `#`, `;`, `$(…)` and back-ticks (MySQL
 * manual, "Using Option Files"; tried on MariaDB 10.11).
 */
export function optionFileLines(access: DatabaseAccess): string[] {
  const lines: string[] = []
  if (access.user !== undefined) lines.push(`user=${quoted(access.user)}`)
  if (access.password !== undefined) lines.push(`password=${quoted(access.password)}`)
  for (const [name, value] of location(access)) lines.push(`${name}=${quoted(value)}`)
  return lines
}

/** Where to connect, as command-line options, for logins that the server's own configuration knows. */
export function locationArguments(access: DatabaseAccess): string[] {
  return location(access).map(([name, value]) => `--${name}=${value}`)
}

/** A port means TCP: the clients would quietly take the socket for `localhost`, or without a host. */
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
  if (/[\0\n\r]/.test(value)) throw new TypeError('An option file cannot hold a line break or a NUL.')
  return `"${value.replace(/[\\"]/g, '\\$&')}"`
}
