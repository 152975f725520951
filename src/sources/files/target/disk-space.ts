import { folderContent, type RereadFiles } from '../restore/reread-files'
import type { PlannedFolder } from './planned-folder'

/** How many bytes these folders take when they are unpacked: a block for each entry, and the files themselves. */
export function diskSpaceForFolders(folders: readonly PlannedFolder[], files: RereadFiles): number {
  return folders
    .map(({ path }) => folderContent(files, path))
    .filter(each => each !== undefined)
    .reduce((sum, each) => sum + each.fileBytes + 4096 * (each.files + each.directories + each.links), 0)
}
