import { type Finding, problem, warning } from '../../../findings/finding'
import { formatSize } from '../../../runtime/text/format-size'
import type { DatabaseServerRequest } from './database-server-request'
import type { TargetDatabase } from './database-target-facts'

/**
 * Checks the free space of the server's data folder; skipped for a remote database or an unknown folder. A dump is no
 * measure of its tables: values in hexadecimal take twice the space in it, and indexes none. What others take is there
 * before the databases come.
 */
export function diskSpaceProblems(
  { databases, settings, othersTake }: DatabaseServerRequest,
  { freeBytes, mount, variables }: TargetDatabase,
): Finding[] {
  const isLocal = settings.mysql.host === undefined || ['localhost', '127.0.0.1', '::1'].includes(settings.mysql.host)
  if (!isLocal || freeBytes === undefined) return []
  const needed = databases.reduce((sum, { artifact }) => sum + artifact.content.bytes, 0)
  // What is replaced goes before.
  const freed = databases
    .flatMap(({ present }) => present?.tables ?? [])
    .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const taken = mount === undefined ? 0 : othersTake(mount)
  const available = freeBytes + freed - taken
  if (available >= needed * 2) return []
  const isWrong = available < needed / 2
  const more = [
    ...(freed === 0 ? [] : [`, and ${formatSize(freed)} in what is replaced`]),
    ...(taken === 0 ? [] : [`, of which the files take ${formatSize(taken)}`]),
  ]
  return [
    (isWrong ? problem : warning)(
      'disk-full',
      `The dumps hold ${formatSize(needed)} of SQL, and the disk of ${variables.get('datadir') ?? 'the database server'} has ${formatSize(freeBytes)} free${more.join('')}.`,
      isWrong
        ? 'Make room there first.'
        : 'It may just fit: tables with indexes can take twice the size of their dump.',
    ),
  ]
}
