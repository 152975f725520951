import type { DatabaseArtifact } from '../../../repository/manifest/manifest'
import type { SoundArtifact } from '../../restore-part'
import type { DumpContent } from '../check/dump-content'
import type { DumpNeeds } from '../check/needs/dump-needs'

/** A dump that was read whole and matches its manifest; `etag`: of the object that was read. */
export interface RereadDatabase extends SoundArtifact<DatabaseArtifact, DumpContent> {
  /** What it needs of its server. */
  needs: DumpNeeds
}

/** `sound`: read with the check of a restore. */
export function rereadDatabase(sound: SoundArtifact<DatabaseArtifact, DumpContent>): RereadDatabase {
  const { needs } = sound.content
  if (needs === undefined) throw new TypeError(`The needs of "${sound.artifact.key}" were not read.`)
  return { ...sound, needs }
}

/** The one that a manifest names. */
export function rereadOf(databases: readonly RereadDatabase[], { key }: DatabaseArtifact): RereadDatabase | undefined {
  return databases.find(({ artifact }) => artifact.key === key)
}

/** What a dump is like when it is what its manifest says, as far as that says it. */
export function expectedDump(artifact: DatabaseArtifact): SoundArtifact<DatabaseArtifact, DumpContent> {
  const { bytes, sha256, tables, objects, definers = [], longestStatementBytes = 0 } = artifact.content
  const { views = [], triggers = [], routines = [], events = [] } = objects ?? {}
  const needs: DumpNeeds = {
    ...{ definers, collations: [], characterSets: [], engines: [], tablespaces: [], folders: [] },
    ...{ longestStatementBytes, hasGtidPurged: false, usesDatabase: undefined },
    ...{ references: [], strangers: [], replaced: [], unusual: [] },
  }
  const content = { bytes, sha256, tables, views, triggers, routines, events, longestStatementBytes, needs }
  return { artifact, content }
}
