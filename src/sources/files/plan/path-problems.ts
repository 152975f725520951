import { type Finding, problem } from '../../../findings/finding'
import { readCommands } from '../unreadable'
import type { FolderSettings } from './folder-settings'
import type { FolderInventory } from './list-folders'

/** Requested folders that cannot be backed up as they are. */
export function pathProblems(
  { allowEmpty, ssh }: Pick<FolderSettings, 'allowEmpty' | 'ssh'>,
  { paths }: Pick<FolderInventory, 'paths'>,
): Finding[] {
  return paths.flatMap(({ path, state }): Finding[] => {
    const folder = `The folder ${JSON.stringify(path)} of "paths"`
    if (state === 'missing') {
      return [
        problem(
          'folder-missing',
          `${folder} does not exist on the server, or the SSH user cannot see it.`,
          `${/[,;]/.test(path) ? 'Write each folder on a line of its own. ' : ''}Check "paths". If the folder is on a separate disk, check that it is mounted.`,
        ),
      ]
    }
    if (state === 'not-a-folder')
      return [
        problem('folder-missing', `${folder} is not a folder on the server.`, 'Name the folder that contains it.'),
      ]
    if (state === 'unreadable') {
      const entry = [{ path: Buffer.from(path), isFolder: true }]
      return [
        problem(
          'folder-unreadable',
          `${folder} may not be read by the SSH user.`,
          ['Let it read it, on the server (the command is in the package acl):', ...readCommands(entry, ssh.user)].join(
            '\n',
          ),
        ),
      ]
    }
    if (state === 'empty' && !allowEmpty)
      return [
        problem('folder-empty', `${folder} is empty on the server.`, 'If that is intended, set "allow-empty: true".'),
      ]
    return []
  })
}
