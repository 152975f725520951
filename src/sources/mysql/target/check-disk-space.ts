import { type Finding, problem, warning } from '../../../findings/finding'
import { formatSize } from '../../../runtime/text/format-size'
import type { TargetDatabase } from '../../host/parse-target'
import type { DatabaseServerRequest } from './database-server-request'

/**
 * Whether there is room for the databases, where they lie on the machine that SSH leads to and their data folder can be found. A dump is no measure of its tables: values in
 * hexadecimal take twice the room in it, and indexes none. The files are unpacked before the databases come.
 */
export function diskSpaceProblems(
  { databases, inputs, bytesBeside }: DatabaseServerRequest,
  { freeBytes, mount, variables }: TargetDatabase,
): Finding[] {
  const isLocal =
    inputs.mysql.host === undefined || ['localhost', '127.0.0.1', '::1'].includes(inputs.mysql.host)
  if (!isLocal || freeBytes === undefined) return []
  const needed = databases.reduce((sum, { artifact }) => sum + artifact.content.bytes, 0)
  // What is replaced makes room before.
  const freed = databases
    .flatMap(({ present }) => present?.tables ?? [])
    .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const taken = bytesBeside(mount)
  const room = freeBytes + freed - taken
  if (room >= needed * 2) return []
  const isWrong = room < needed / 2
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
