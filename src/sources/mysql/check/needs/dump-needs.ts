/** What a dump needs from the server that imports it. Each name once, in the order of the dump. */
export interface DumpNeeds {
  /** The accounts in DEFINER clauses: `user@host`, or the name of a role. */
  definers: string[]
  /** In lower case. */
  collations: string[]
  /** In lower case. */
  characterSets: string[]
  /** As written in the dump. */
  engines: string[]
  /** Of InnoDB, in which tables are. */
  tablespaces: string[]
  /** Outside of the data folder, in which tables are. */
  folders: string[]
  /** With its delimiter: slightly more than `max_allowed_packet` must allow. */
  longestStatementBytes: number
  /** It sets GTID_PURGED, which is for the whole server. */
  hasGtidPurged: boolean
  /** The first database that it creates or switches to. */
  usesDatabase: string | undefined
  /** The first databases, other than the one of its table, into which foreign keys lead. */
  references: string[]
  /** The first five databases that its statements name, perhaps including its own. */
  strangers: string[]
  /** Those that heads of triggers name, and changes of defaults: an import puts its target there, or leaves them out. */
  replaced: string[]
  /** The first ten kinds of statements that no dump tool writes for one database, in a few words. */
  unusual: string[]
}
