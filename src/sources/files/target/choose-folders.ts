import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { FailureError, UserError } from '../../../runtime/errors'
import type { RestoreChoice } from '../../restore-part'
import { isInside, isKernelFolder } from '../plan/folder-paths'
import type { FolderChoice, FolderRestoreSettings } from '../restore/restore-settings'
import type { FolderPart } from './planned-folder'

/** Which folders to restore, and where. */
export interface ChosenFolders {
  artifact: FilesArtifact
  /** In the order of the manifest. */
  folders: FolderPart[]
}

/** Undefined: none. Throws UserError that names what the recovery point has. */
export function chooseFolders(
  wanted: FolderRestoreSettings['paths'],
  { manifest, artifacts, contents }: RestoreChoice<FilesArtifact>,
): ChosenFolders | undefined {
  const [artifact] = artifacts
  if (artifact === undefined) {
    if (wanted === 'all' || wanted.length === 0) return undefined
    throw new UserError(
      `The recovery point ${manifest.slot} has no files, but "paths" requests ${wanted.map(({ path }) => path).join(', ')}.`,
      { advice: 'Set "paths: none", or choose another recovery point.' },
    )
  }
  assertPaths(artifact)
  const folders =
    wanted === 'all'
      ? artifact.paths.map(path => ({ path, target: path }))
      : wanted.map(choice => {
          const folder = artifact.paths.find(each => isInside(choice.path, each))
          if (folder !== undefined) return partOf(folder, choice)
          throw new UserError(
            `The folder ${choice.path} of "paths" is not one of the recovery point ${manifest.slot}, which has ${contents}.`,
            {
              advice:
                'Name folders as in the backup, or what is in one, with another place: /var/www/html/media=/srv/look',
            },
          )
        })
  return folders.length === 0 ? undefined : { artifact, folders }
}

function partOf(folder: string, { path, target = path }: FolderChoice): FolderPart {
  if (path === folder) return { path, target }
  if (target !== path) return { path, target, partOf: folder }
  throw new UserError(
    `Input "paths" names ${path}, which is a part of ${folder}: a part is restored to another place only.`,
    {
      advice: `Write that place behind it, as in ${path}=/srv/look, and copy back from there what you need. To replace the whole folder, write ${folder}`,
    },
  )
}

/** A manifest is untrusted text. */
function assertPaths({ paths }: FilesArtifact): void {
  const odd = paths.find(
    (path, index) =>
      paths.some((other, at) => at !== index && isInside(path, other)) ||
      !/^\/[^\p{Cc}]+$/u.test(path) ||
      isKernelFolder(path) ||
      path.split('/').some((part, at) => part === '.' || part === '..' || (part === '' && at > 0)),
  )
  if (odd === undefined) return
  throw new FailureError(`The manifest names an impossible folder: ${JSON.stringify(odd)}.`, {
    advice: 'Someone edited the manifest. Choose another recovery point.',
  })
}
