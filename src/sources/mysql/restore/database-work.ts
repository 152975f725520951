import type { Compression } from '../../../pipeline/compression'
import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { RestoreContext } from '../../restore-part'
import type { DumpContent } from '../check/dump-content'
import { referencedDatabases } from '../check/needs/referenced-databases'
import type { HeldObject } from '../check/split/held-object'
import { type DatabaseServer, databaseServerOver } from '../database-server'
import type { TargetDatabase } from '../target/database-target-facts'
import type { PlannedDatabase } from '../target/planned-database'
import type { StoredDump } from './import/import-dump'
import type { ImportTools } from './import/import-tools'
import type { RereadDatabase } from './reread-database'
import type { DatabaseRestoreSettings } from './restore-settings'
import type { DatabaseState, DatabasesState } from './rollback/database-state'

/** What the steps of a restore of databases share. */
export interface DatabaseWork {
  context: RestoreContext
  settings: DatabaseRestoreSettings
  databases: readonly PlannedDatabase[]
  /** Their dumps. */
  sound: readonly RereadDatabase[]
  /** Facts of the database server; undefined without databases. */
  target: TargetDatabase | undefined
  /** How streams to and from the server are compressed. */
  travel: Compression
  /** For the post step: updated and saved with each change. */
  state: DatabasesState
  /** The stored dumps of what is replaced, by the names of the databases. */
  safety: Map<string, SafetyDump>
  /** What was imported while its dump was read for the first time, by the names of the databases. */
  along: Map<string, ImportedAlong>
}

/** A database whose rows were imported along, or why not. */
interface ImportedAlong {
  state: DatabaseState
  importMs: number
  rows: { objects: readonly HeldObject[] } | { failure: unknown }
}

/** The stored dump of a database that is to be replaced. */
export interface SafetyDump extends StoredDump {
  /** Of the dump tool, beyond those of every dump. */
  options: readonly string[]
  content: DumpContent
  /** As a manifest has it. */
  described: DatabaseArtifact['content']
}

/** Over the current connection. */
export function serverOf({ context }: DatabaseWork): DatabaseServer {
  return databaseServerOver(context.connection())
}

/**
 * What an import by this run needs. `signal`: another one for a rollback, which continues when the run is cancelled.
 */
export function importTools(work: DatabaseWork, signal = work.context.signal): ImportTools {
  const { context, settings, target, databases, travel, state } = work
  const { repository, runtime } = context
  // Also of what is rolled back.
  const needs = [
    ...work.sound.map(each => each.needs),
    ...[...work.safety.values()].map(({ content }) => content.needs),
  ]
  if (target === undefined) throw new TypeError('Without databases nothing is imported.')
  return {
    ...{ repository, runtime, server: serverOf(work), access: settings.mysql, target, travel, signal },
    accounts: state.accounts,
    databases: [...databases.map(each => each.target), ...referencedDatabases(needs)],
    areTrusted: settings.allowedEntries.has('statements'),
    warn: warnings => context.warn(warnings),
    save: () => context.save(),
  }
}
