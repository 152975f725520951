/** An entry as it would be unpacked. Names are bytes, one character each, in plain form. */
export interface UnpackedEntry {
  path: string
  /** One letter, as in the header; `5` for all directories. */
  type: string
  /** Of a hard link, in plain form; of a symbolic link as it is. */
  target: string
  /** Permissions, with set-uid and set-gid. */
  mode: number
  hasCapabilities: boolean
  /** What it takes on disk. */
  sizeBytes: number
}
