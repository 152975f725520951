import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { FailureError, UserError } from '../../../runtime/errors'
import type { RestoreChoice } from '../../restore-part'
import { isInside, isKernelFolder } from '../plan/folder-paths'
import type { FolderRestoreSettings } from '../restore/restore-settings'
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
      : wanted.map(({ path, target }) => {
          if (artifact.paths.includes(path)) return { path, target: target ?? path }
          throw new UserError(
            `The folder ${path} of "paths" is not one of the recovery point ${manifest.slot}, which has ${contents}.`,
            {
              advice:
                'Name whole folders, as in the backup. For a part of one, restore it elsewhere: /var/www/html=/srv/copy',
            },
          )
        })
  return folders.length === 0 ? undefined : { artifact, folders }
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
