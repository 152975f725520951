import type { Request } from '../../../server/request'
import { connectionOptions } from '../dump/dump-arguments'
import type { DatabaseAccess } from './database-access'
import { locationArguments, optionFileLines } from './option-file'

/** Which databases to ask for, and how to log in. A `--database` behind these arguments chooses another one. */
export function clientLines({
  access,
  databases,
  dumpOptions,
}: {
  access: DatabaseAccess
  databases: 'all' | readonly string[]
  dumpOptions: readonly string[]
}): Request {
  const wanted: Request =
    databases === 'all'
      ? [['everything', 'yes']]
      : databases.map(name => ['database', Buffer.from(name).toString('hex').toUpperCase()] as const)
  const options = [...locationOptions(access), ...connectionOptions(dumpOptions), ...clientOptions]
  return [...optionLines(access), ...options.map(toArgument), ...wanted]
}

const clientOptions = [
  // Everybody may go there. A `database` of ~/.my.cnf may be the one that is lost.
  '--database=information_schema',
  '--batch',
  '--skip-column-names',
  '--default-character-set=utf8mb4',
  '--loose-connect-timeout=20',
]

/** With a user given, the server's own configuration is shut out: it could thin out the dump. */
export function optionLines(access: DatabaseAccess): Request {
  return isIsolated(access) ? optionFileLines(access).map(line => ['option', line] as const) : []
}

/** Without a user, ~/.my.cnf gives the login, and where to connect is said on top of it. */
export function locationOptions(access: DatabaseAccess): string[] {
  return isIsolated(access) ? [] : locationArguments(access)
}

function isIsolated(access: DatabaseAccess): boolean {
  return access.user !== undefined
}

/** One argument of the client or the dump tool. */
export function toArgument(value: string): readonly [string, string] {
  return ['argument', value]
}
