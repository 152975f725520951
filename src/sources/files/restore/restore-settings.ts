import type { OwnerChoice } from '../owners/target-owners'

/** The inputs of a restore, as far as they are about folders. */
export interface FolderRestoreSettings {
  paths: 'all' | readonly FolderChoice[]
  /** Existing folders that are not empty may be replaced. */
  overwrite: boolean
  /** Kinds of contents that are refused by default. */
  allowedEntries: ReadonlySet<string>
  /** Whose all restored files will be, in place of what was recorded. */
  owner?: OwnerChoice | undefined
  /** The owner of the restored files, unless it is root. */
  ssh: { user: string }
}

/** `target` undefined: the original place. */
export interface FolderChoice {
  path: string
  target?: string
}
