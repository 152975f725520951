import { type Finding, problem } from '../../findings/finding'
import { fullDisk } from '../../server/full-disk'
import type { OwnFolder } from './host-facts'

/** A folder of the backup that cannot be used or created. */
export function unusableFolder(what: string, { state, path }: OwnFolder): Finding[] {
  if (state === 'present' || state === 'absent') return []
  if (state === 'space' || state === 'inodes') return [fullDisk(state, path)]
  const why = state === 'unusable' ? 'cannot be used' : 'does not exist and cannot be created'
  return [
    problem(
      'folder-unusable',
      `${what} ${path} ${why} by the SSH user.`,
      'It must be a real folder, not a symbolic link, that the SSH user owns and can write to.',
    ),
  ]
}
