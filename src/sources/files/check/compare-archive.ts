import { CheckError } from '../../../pipeline/check-error'
import type { ArchiveContent } from './archive-content'

/**
 * Holds an archive against what the server counted in the mirror before it was written: `counts` by the kinds of `find
 * -type` (`f`, `d`, `l`). Throws CheckError when they differ, or when there is nothing in it and `allowEmpty` is off.
 */
export function compareArchive(
  archive: ArchiveContent,
  counts: ReadonlyMap<string, number>,
  options: { allowEmpty: boolean },
): void {
  const differences = kinds.flatMap(({ kind, plural, field }) => {
    const counted = counts.get(kind)
    if (counted === archive[field]) return []
    return counted === undefined
      ? [`the server did not say how many ${plural} there are`]
      : [`${archive[field]} of ${counted} ${plural}`]
  })
  if (differences.length > 0) {
    throw new CheckError(`The archive does not hold what the mirror on the server holds: ${differences.join(', ')}.`, {
      advice: 'Run again. If it stays so, look whether something else writes to the mirror folder.',
    })
  }
  if (archive.files + archive.links === 0 && !options.allowEmpty) {
    throw new CheckError('The archive holds folders, but not one file.', {
      advice: 'Check the input "paths". If the folders are meant to be empty, set "allow-empty: true".',
    })
  }
}

const kinds = [
  { kind: 'f', plural: 'files', field: 'files' },
  { kind: 'd', plural: 'directories', field: 'directories' },
  { kind: 'l', plural: 'links', field: 'links' },
] as const
