import { type Finding, problem, warning } from '../../../findings/finding'
import { formatSize } from '../../../runtime/text/format-size'
import type { DatabaseRestoreSettings } from '../restore/restore-settings'
import type { TargetDatabase } from './database-target-facts'
import type { PlannedDatabase } from './planned-database'

/**
 * Checks the free space of the server's data folder; skipped for a remote database or an unknown folder. The size of a
 * dump says little about its tables: hexadecimal values take twice the space in it, and indexes none. What others take
 * is on the disk before the databases are.
 */
export function diskSpaceProblems(
  request: {
    settings: Pick<DatabaseRestoreSettings, 'mysql'>
    databases: readonly PlannedDatabase[]
    othersTake(mount: string): number
  },
  { freeBytes, mount, variables }: TargetDatabase,
): Finding[] {
  const { databases, settings, othersTake } = request
  const isLocal = settings.mysql.host === undefined || ['localhost', '127.0.0.1', '::1'].includes(settings.mysql.host)
  if (!isLocal || freeBytes === undefined) return []
  const needed = databases.reduce((sum, { artifact }) => sum + artifact.content.bytes, 0)
  // What is replaced is dropped before.
  const freed = databases
    .flatMap(({ present }) => present?.tables ?? [])
    .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const taken = mount === undefined ? 0 : othersTake(mount)
  const available = freeBytes + freed - taken
  if (available >= needed * 2) return []
  const isWrong = available < needed / 2
  const more = [
    ...(freed === 0 ? [] : [`, and ${formatSize(freed)} in what is replaced`]),
    ...(taken === 0 ? [] : [`, of which the files need ${formatSize(taken)}`]),
  ]
  return [
    (isWrong ? problem : warning)(
      'disk-full',
      `The dumps have ${formatSize(needed)} of SQL, and the disk of ${variables.get('datadir') ?? 'the database server'} has ${formatSize(freeBytes)} free${more.join('')}.`,
      isWrong
        ? 'Free disk space there first.'
        : 'It may be just enough: tables with indexes can take twice the size of their dump.',
    ),
  ]
}
