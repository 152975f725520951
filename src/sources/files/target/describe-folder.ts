import type { RestoreItem } from '../../restore-item'
import { filesCounts } from '../check/files-counts'
import { folderContent, type RereadFiles } from '../restore/reread-files'
import type { PlannedFolder } from './planned-folder'

/** A folder as the plan of a restore shows it. */
export function describeFolder(
  { path, target, state }: PlannedFolder,
  files: RereadFiles,
  overwrite: boolean,
): RestoreItem {
  const content = folderContent(files, path)
  const counts = content === undefined ? [] : filesCounts(content)
  const before: Record<PlannedFolder['state'], string> = {
    absent: 'is not there',
    empty: 'is there and empty',
    folder: 'is there and not empty',
    link: 'is there, as a symbolic link',
    mount: 'is where a disk is mounted',
    'not-a-folder': 'is there, and no folder',
  }
  return {
    ...{ noun: 'folder', name: path, target },
    bytes: files.artifact.bytes,
    count: counts[0] ?? '',
    holds: counts.join(', '),
    before: before[state],
    becomes:
      state === 'absent' || state === 'empty'
        ? 'it is made'
        : !overwrite || state === 'mount'
          ? 'refused, since it is not to be overwritten'
          : `it is put aside as ${target}.before-restore-…, the restored one takes its place`,
  }
}
