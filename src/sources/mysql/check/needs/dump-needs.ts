/** What a dump needs of the server that it is imported into. Each name once, in the order of the dump. */
export interface DumpNeeds {
  /** In whose name views, triggers, routines and events are made: `user@host`, or the name of a role. */
  definers: string[]
  /** In lower case. */
  collations: string[]
  /** In lower case. */
  characterSets: string[]
  /** As the dump has them. */
  engines: string[]
  /** With its delimiter: a little more than `max_allowed_packet` must allow. */
  longestStatementBytes: number
  /** It sets GTID_PURGED of the whole server. */
  hasGtidPurged: boolean
  /** Its first line switches on the sandbox of MariaDB's clients; others take it for an error. */
  hasSandboxLine: boolean
  /** The first database that it makes or goes to by itself. */
  usesDatabase: string | undefined
  /** The first five databases that its statements name, its own perhaps among them. */
  strangers: string[]
  /** The first ten kinds of statements that no dump tool writes for one database, in a few words each. */
  unusual: string[]
}
