import type { TableFingerprint } from '../manifest/manifest'
import { artifactName } from '../names/keys'
import {
  type ArtifactBaseline,
  type Baseline,
  type DatabaseBaseline,
  type FilesBaseline,
  namesOf,
  type ObjectKind,
  objectKinds,
} from './baseline'
import type { Pseudonymiser } from './pseudonyms'
import { foldOf } from './shrink'

/** A baseline for a place that strangers can read: no name of a database, table or folder, and no fingerprint as it is. */
export interface PseudonymisedBaseline {
  slot: string
  takenAt: string
  /** Whose names these are; null when there was no key, and so no names are kept. */
  keyId: string | null
  artifacts: readonly (PseudonymisedDatabase | PseudonymisedFiles)[]
}

type PseudonymisedFiles = Omit<FilesBaseline, 'paths'>

interface PseudonymisedDatabase {
  kind: 'database'
  /** Null: the only database, whose artifact is called `database`. */
  name: string | null
  /** Null without a key. */
  database: string | null
  bytes: number
  contentBytes: number
  counts: Readonly<Record<ObjectKind, number>>
  /** Name, bytes and fingerprint of each. */
  tables?: readonly (readonly [string, number, string])[]
  names: Readonly<Partial<Record<ObjectKind, readonly string[]>>>
}

/**
 * The baseline as it may lie in the runner's cache. Without a hider it holds numbers alone, and of several databases
 * nothing, since only their names tell them apart.
 */
export function pseudonymiseBaseline(
  baseline: Baseline,
  pseudonymiser: Pseudonymiser | undefined,
): PseudonymisedBaseline {
  return {
    slot: baseline.slot,
    takenAt: baseline.takenAt,
    keyId: pseudonymiser?.keyId ?? null,
    artifacts: baseline.artifacts.flatMap((artifact): (PseudonymisedDatabase | PseudonymisedFiles)[] =>
      artifact.kind === 'files'
        ? [pseudonymiseFiles(artifact)]
        : pseudonymiseDatabase(artifact, pseudonymiser),
    ),
  }
}

/**
 * Brings back what can be: every name that this run has too. What is left without a name is known to be gone. Under
 * another key (a new SSH key, say) nothing is known of names, and only numbers are left to compare.
 */
export function resolveBaseline(
  hidden: PseudonymisedBaseline,
  pseudonymiser: Pseudonymiser | undefined,
  now: Baseline,
): Baseline {
  const isReadable = pseudonymiser !== undefined && hidden.keyId === pseudonymiser.keyId
  const databases = now.artifacts.filter(artifact => artifact.kind === 'database')
  return {
    slot: hidden.slot,
    takenAt: hidden.takenAt,
    artifacts: hidden.artifacts.flatMap((artifact): ArtifactBaseline[] => {
      if (artifact.kind === 'files') return [artifact]
      return isReadable
        ? [resolveDatabase(artifact, pseudonymiser, databases)]
        : numbersOf(artifact, databases)
    }),
  }
}

const onlyDatabase = artifactName('database')

function pseudonymiseFiles({
  kind,
  name,
  bytes,
  contentBytes,
  files,
  directories,
  links,
}: FilesBaseline): PseudonymisedFiles {
  return { kind, name, bytes, contentBytes, files, directories, links }
}

function pseudonymiseDatabase(
  artifact: DatabaseBaseline,
  pseudonymiser: Pseudonymiser | undefined,
): PseudonymisedDatabase[] {
  const { kind, bytes, contentBytes, counts, database } = artifact
  const isOnlyOne = artifact.name === onlyDatabase
  const numbers = { kind, bytes, contentBytes, counts }
  if (pseudonymiser === undefined || database === undefined)
    return isOnlyOne ? [{ ...numbers, name: null, database: null, names: {} }] : []
  const names = Object.fromEntries(
    objectKinds.flatMap(kind => {
      const list = kind === 'table' ? undefined : namesOf(artifact, kind)
      return list === undefined
        ? []
        : [[kind, list.map(name => pseudonymOf(pseudonymiser, database, kind, name))]]
    }),
  )
  const hidden: PseudonymisedDatabase = {
    ...numbers,
    name: isOnlyOne ? null : pseudonymiser.hide('artifact', artifact.name),
    database: pseudonymiser.hide('database', database),
    names,
  }
  const { tables } = artifact
  if (tables === undefined) return [hidden]
  return [
    {
      ...hidden,
      tables: tables.map(
        table =>
          [
            pseudonymOf(pseudonymiser, database, 'table', table.name),
            table.bytes,
            pseudonymOfRows(pseudonymiser, database, table),
          ] as const,
      ),
    },
  ]
}

function resolveDatabase(
  { kind, database, bytes, contentBytes, counts, tables, names }: PseudonymisedDatabase,
  pseudonymiser: Pseudonymiser,
  databases: readonly DatabaseBaseline[],
): DatabaseBaseline {
  const numbers = { kind, bytes, contentBytes, counts }
  const current = databases.find(
    each => each.database !== undefined && pseudonymiser.hide('database', each.database) === database,
  )
  if (current?.database === undefined)
    return { ...numbers, name: onlyDatabase, database: undefined, names: {} }
  const name = current.database
  const revealed = {
    ...numbers,
    name: current.name,
    database: name,
    names: resolveNames(names, pseudonymiser, name, current),
  }
  return tables === undefined
    ? revealed
    : { ...revealed, tables: resolveTables(tables, pseudonymiser, name, current.tables ?? []) }
}

function resolveNames(
  names: PseudonymisedDatabase['names'],
  pseudonymiser: Pseudonymiser,
  database: string,
  current: DatabaseBaseline,
): DatabaseBaseline['names'] {
  return Object.fromEntries(
    objectKinds.flatMap(kind => {
      const hidden = names[kind]
      const known = namesOf(current, kind)
      if (hidden === undefined || known === undefined) return []
      const before = new Set(hidden)
      return [[kind, known.filter(name => before.has(pseudonymOf(pseudonymiser, database, kind, name)))]]
    }),
  )
}

function resolveTables(
  hidden: NonNullable<PseudonymisedDatabase['tables']>,
  pseudonymiser: Pseudonymiser,
  database: string,
  current: readonly TableFingerprint[],
): TableFingerprint[] {
  const before = new Map(hidden.map(([name, bytes, rows]) => [name, { bytes, rows }]))
  return current.flatMap(table => {
    const was = before.get(pseudonymOf(pseudonymiser, database, 'table', table.name))
    if (was === undefined) return []
    // The old fingerprint shows only whether it is the new one.
    const isSame = was.rows === pseudonymOfRows(pseudonymiser, database, table)
    return [{ name: table.name, bytes: was.bytes, sha256: isSame ? table.sha256 : was.rows }]
  })
}

function numbersOf(
  { kind, name, bytes, contentBytes, counts }: PseudonymisedDatabase,
  databases: readonly DatabaseBaseline[],
): DatabaseBaseline[] {
  const current = databases.find(each => each.name === onlyDatabase)
  if (name !== null || current === undefined) return []
  return [{ kind, name: current.name, bytes, contentBytes, counts, database: current.database, names: {} }]
}

function pseudonymOf(pseudonymiser: Pseudonymiser, database: string, kind: ObjectKind, name: string): string {
  return pseudonymiser.hide(kind, database, foldOf(kind)(name))
}

// A table of few rows could be guessed from the sha256 of its lines.
function pseudonymOfRows(pseudonymiser: Pseudonymiser, database: string, table: TableFingerprint): string {
  return pseudonymiser.hide('rows', database, table.name, table.sha256)
}
