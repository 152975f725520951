import type { Request } from '../../../server/request'
import { connectionOptions } from '../dump/dump-arguments'
import { clientSettings } from './client-settings'
import type { DatabaseAccess } from './database-access'
import { locationArguments, optionFileLines } from './option-file'

/** Which databases to list, and how to log in. A `--database` after these arguments chooses another one. */
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
  // Every user may use it. A `database` in ~/.my.cnf may no longer exist.
  '--database=information_schema',
  '--batch',
  '--skip-column-names',
  '--default-character-set=utf8mb4',
  '--loose-connect-timeout=20',
  ...clientSettings,
]

/** With a user, the server's own configuration is not read: it could leave something out of the dump. */
export function optionLines(access: DatabaseAccess): Request {
  if (access.user === undefined) return []
  const lines = optionFileLines(access).map(line => ['option', line] as const)
  return access.isConfigured === true ? [...lines, ['location', 'configured']] : lines
}

/** Without a user, ~/.my.cnf has the login, and these options say where to connect. */
export function locationOptions(access: DatabaseAccess): string[] {
  return access.user === undefined ? locationArguments(access) : []
}

/** One argument of the client or the dump tool. */
export function toArgument(value: string): readonly [string, string] {
  return ['argument', value]
}
