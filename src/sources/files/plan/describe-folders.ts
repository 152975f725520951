import type { ListedFolder } from './list-folders'

/** What stands at each path, a line each, for the log. */
export function describeFolders(paths: readonly ListedFolder[]): string[] {
  return paths.map(({ path, state }) => `folder ${path}: ${state.replaceAll('-', ' ')}`)
}
