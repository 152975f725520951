import { z } from 'zod'
import type { Artifact, DatabaseArtifact, Manifest, TableFingerprint } from '../manifest/manifest'

/**
 * What a later run wants to know of a good recovery point: how much was in it, and of what. Read from a manifest by
 * `baselineOf`, or from the runner's cache by `resolveBaseline`, which may know less.
 */
export interface Baseline {
  slot: string
  /** The manifest's `startedAt`. */
  takenAt: string
  artifacts: readonly ArtifactBaseline[]
}

export type ArtifactBaseline = DatabaseBaseline | FilesBaseline

/** The kinds of things in a database that may disappear. */
export type ObjectKind = 'table' | 'view' | 'trigger' | 'routine' | 'event'

export const objectKinds: readonly ObjectKind[] = ['table', 'view', 'trigger', 'routine', 'event']

interface Sizes {
  /** As in the manifest: `database`, `shop.database`, `codebase`. */
  name: string
  /** Of the stored object. */
  bytes: number
  /** Of the uncompressed stream. */
  contentBytes: number
}

export interface DatabaseBaseline extends Sizes {
  kind: 'database'
  /** Undefined: it cannot be named, but it is none of those that this run has. */
  database: string | undefined
  counts: Readonly<Record<ObjectKind, number>>
  /** Absent: only their number is known. Fewer than `counts` says: the others are not named, but are none that this run has. */
  tables?: readonly TableFingerprint[]
  /** The names of each other kind, under the same two rules. */
  names: Readonly<Partial<Record<ObjectKind, readonly string[]>>>
}

export interface FilesBaseline extends Sizes {
  kind: 'files'
  files: number
  directories: number
  links: number
  /** Absent: not known. */
  paths?: readonly string[]
}

/** The baseline that a recovery point is for those after it. */
export function baselineOf(manifest: Pick<Manifest, 'slot' | 'startedAt' | 'artifacts'>): Baseline {
  return {
    slot: manifest.slot,
    takenAt: manifest.startedAt,
    artifacts: manifest.artifacts.map(artifactBaseline),
  }
}

/** The artifact of a baseline that stands for the same source, whatever it is called there. */
export function sameSource(
  baseline: Baseline | undefined,
  artifact: ArtifactBaseline,
): ArtifactBaseline | undefined {
  // A database's artifact is called "database" alone and "shop.database" beside others: its name is no identity.
  return baseline?.artifacts.find(other =>
    other.kind === 'database' && artifact.kind === 'database'
      ? other.database !== undefined && other.database === artifact.database
      : other.kind === artifact.kind,
  )
}

/** The names of a database's things of one kind; undefined when only their number is known. */
export function namesOf(database: DatabaseBaseline, kind: ObjectKind): readonly string[] | undefined {
  return kind === 'table' ? database.tables?.map(({ name }) => name) : database.names[kind]
}

function artifactBaseline(artifact: Artifact): ArtifactBaseline {
  const sizes = { name: artifact.name, bytes: artifact.bytes, contentBytes: artifact.content.bytes }
  if (artifact.kind === 'database') return { ...sizes, ...databaseBaseline(artifact) }
  const { files, directories, links } = artifact.content
  return { ...sizes, kind: 'files', files, directories, links, paths: artifact.paths }
}

function databaseBaseline({ database, content }: DatabaseArtifact): Omit<DatabaseBaseline, keyof Sizes> {
  const { tables, views, triggers, routines, events } = content
  return {
    kind: 'database',
    database,
    counts: { table: tables.length, view: views, trigger: triggers, routine: routines, event: events },
    tables,
    names: objectNames(content),
  }
}

// Manifests name these only since the field exists; names and numbers that disagree name nothing.
function objectNames(content: DatabaseArtifact['content']): DatabaseBaseline['names'] {
  const parsed = objects.safeParse('objects' in content ? content.objects : undefined)
  if (!parsed.success) return {}
  const { views, triggers, routines, events } = parsed.data
  return {
    ...(views?.length === content.views ? { view: views } : {}),
    ...(triggers?.length === content.triggers ? { trigger: triggers } : {}),
    ...(routines?.length === content.routines ? { routine: routines } : {}),
    ...(events?.length === content.events ? { event: events } : {}),
  }
}

const list = z.array(z.string())
const objects = z.object({ views: list, triggers: list, routines: list, events: list }).partial()
