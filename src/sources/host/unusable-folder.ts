import { type Finding, problem } from '../../findings/finding'
import type { OwnFolder } from './host-facts'

/** That a folder of ours can be neither used nor made. `more`: what else it needs, as the end of a sentence. */
export function unusableFolder(what: string, { state, path }: OwnFolder, more = '.'): Finding[] {
  if (state === 'present' || state === 'absent') return []
  const why = state === 'unusable' ? 'cannot be used' : 'is not there and cannot be made'
  return [
    problem(
      'folder-unusable',
      `${what} ${path} ${why} by the SSH user.`,
      `It must be a real folder, no symbolic link, that belongs to the SSH user and lets it write${more}`,
    ),
  ]
}
