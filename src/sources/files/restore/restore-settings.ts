/** The inputs of a restore, as far as they are about folders. */
export interface FolderRestoreSettings {
  paths: 'all' | readonly FolderChoice[]
  /** Folders that are there and not empty may be replaced. */
  overwrite: boolean
  /** Kinds of things that are refused otherwise. */
  allowedEntries: ReadonlySet<string>
  /** Whose the files become, unless root restores them. */
  ssh: { user: string }
}

/** `target` undefined: in its own place. */
export interface FolderChoice {
  path: string
  target?: string
}
