import { CheckError } from '../../../pipeline/check-error'
import type { ArchiveSize } from './archive-content'

/**
 * Compares an archive with the entries of the mirror that the server counted before: `counts` by `find -type`. Throws
 * CheckError when they differ, or when it has no files and `allowEmpty` is off.
 */
export function compareArchive(
  archive: ArchiveSize,
  counts: ReadonlyMap<string, number>,
  options: { allowEmpty: boolean },
): void {
  const differences = kinds.flatMap(({ kinds, plural, field }) => {
    const each = kinds.map(kind => counts.get(kind))
    const counted = each.includes(undefined) ? undefined : each.reduce<number>((sum, count = 0) => sum + count, 0)
    if (counted === archive[field]) return []
    return counted === undefined
      ? [`the server did not report how many ${plural} there are`]
      : [`${archive[field]} of ${counted} ${plural}`]
  })
  if (differences.length > 0) {
    throw new CheckError(`The archive does not hold what the mirror on the server holds: ${differences.join(', ')}.`, {
      advice: 'Run again. If it happens again, check whether something else writes to the mirror folder.',
    })
  }
  if (archive.files + archive.links === 0 && !options.allowEmpty) {
    throw new CheckError('The archive has folders, but no files.', {
      advice: 'Check the input "paths". If the folders are empty on purpose, set "allow-empty: true".',
    })
  }
}

const kinds = [
  { kinds: ['f'], plural: 'files', field: 'files' },
  { kinds: ['d'], plural: 'directories', field: 'directories' },
  { kinds: ['l'], plural: 'links', field: 'links' },
  { kinds: ['p', 'b', 'c'], plural: 'fifos and devices', field: 'specials' },
] as const
