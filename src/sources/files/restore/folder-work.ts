import type { RestoreContext } from '../../restore-part'
import { type FolderServer, folderServerOver } from '../folder-server'
import type { PlannedFolder } from '../target/planned-folder'
import type { FoldersState } from './folders-state'
import type { RereadFiles } from './reread-files'

/** What the steps of one restore of folders share. */
export interface FolderWork {
  context: RestoreContext
  /** Folders that are there and not empty may be replaced. */
  overwrite: boolean
  folders: readonly PlannedFolder[]
  /** The archive; undefined when there are no folders. */
  files: RereadFiles | undefined
  /** Of the server. */
  tools: ReadonlyMap<string, string>
  /** For the post step: changed as things are done, and saved then. */
  state: FoldersState
}

/** Over the connection in use now. */
export function serverOf({ context }: Pick<FolderWork, 'context'>): FolderServer {
  return folderServerOver(context.connection())
}
