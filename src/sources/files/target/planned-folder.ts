import { defined } from '../../../runtime/defined'
import type { RestoreItem } from '../../restore-item'
import { filesCounts } from '../check/archive-content'
import { folderContent, foundPart, type RereadFiles } from '../restore/reread-files'
import type { FolderTargetFacts, TargetPlace } from './folder-target-facts'

/** A folder of a recovery point, and its target. */
export interface FolderPart {
  /** As in the manifest. */
  path: string
  /** Its new place. */
  target: string
  /** The folder of the manifest that it is in, when it is not one itself. */
  partOf?: string
}

/** Whether it is a folder or a file in a folder of the manifest. */
export function isPart({ partOf }: FolderPart): boolean {
  return partOf !== undefined
}

/** A folder to restore, and what is at its target. */
export interface PlannedFolder extends FolderPart {
  state: TargetPlace['state']
  /** The nearest existing folder above; files are unpacked in it. */
  parent: string
  /** Which folders share a disk. */
  mount: string
  /** A symbolic link at the requested target, which stays: `target` is where it leads. */
  link?: string
  /** What is mounted below the target. */
  mounted: readonly { path: string; type: string }[]
}

/** A folder whose place is unknown is not restored. `parts`: in the order of `places`. */
export function plannedFolders(parts: readonly FolderPart[], { places }: FolderTargetFacts): PlannedFolder[] {
  return parts.flatMap((part, index): PlannedFolder[] => {
    const place = places[index]
    if (place === undefined) return []
    const { state, parent, mount, mounted, leadsTo } = place
    const through = leadsTo === undefined ? {} : { target: leadsTo, link: part.target }
    return [{ ...part, state, parent, mount, mounted, ...through }]
  })
}

/** The bytes of these folders on disk: a block for each entry, and the files. */
export function diskSpaceForFolders(folders: readonly PlannedFolder[], files: RereadFiles): number {
  return folders
    .map(({ path }) => folderContent(files, path))
    .filter(each => each !== undefined)
    .reduce((sum, each) => sum + each.fileBytes + 4096 * (each.files + each.directories + each.links), 0)
}

/** What a message calls it. */
export function nounOf({ path }: FolderPart, files: RereadFiles): 'folder' | 'file' | 'symbolic link' {
  const { kind = 'd' } = foundPart(files, path) ?? {}
  return kind === 'd' ? 'folder' : kind === 'l' ? 'symbolic link' : 'file'
}

/** A folder as the plan of a restore shows it. */
export function describeFolder(folder: PlannedFolder, files: RereadFiles, overwrite: boolean): RestoreItem {
  const { path, target, state, link, mounted, partOf } = folder
  const content = folderContent(files, path)
  const counts = content === undefined ? [] : filesCounts(content)
  const before: Record<PlannedFolder['state'], string> = {
    absent: 'does not exist',
    empty: 'exists and is empty',
    folder: 'exists and is not empty',
    link: 'is a symbolic link that is not followed',
    mount: 'is a mount point',
    'not-a-folder': 'exists and is not a folder',
  }
  return {
    ...{ noun: nounOf(folder, files), name: path, target },
    ...defined({ partOf }),
    bytes: partOf === undefined ? files.artifact.bytes : (content?.fileBytes ?? 0),
    count: counts[0] ?? '',
    holds: counts.join(', '),
    before: `${link === undefined ? '' : `is where the link ${link} leads, and `}${before[state]}`,
    becomes:
      state === 'absent' || state === 'empty'
        ? 'it is created'
        : !overwrite || state === 'mount' || state === 'link' || mounted.length > 0
          ? 'refused, since it must not be overwritten'
          : `it is moved to ${target}.before-restore-…, the restored one takes its place`,
  }
}
