import type { TableFingerprint } from '../manifest/manifest'
import { databaseArtifactName } from '../names/keys'
import {
  type ArtifactBaseline,
  type Baseline,
  type DatabaseBaseline,
  type FilesBaseline,
  namesOf,
  type ObjectKind,
  objectKinds,
} from './baseline'
import type { NameHider } from './hidden-names'
import { foldOf } from './shrink'

/** A baseline for a place that strangers can read: no name of a database, table or folder, and no fingerprint as it is. */
export interface HiddenBaseline {
  slot: string
  takenAt: string
  /** Whose names these are; null when there was no key, and so no names are kept. */
  keyId: string | null
  artifacts: readonly (HiddenDatabase | HiddenFiles)[]
}

type HiddenFiles = Omit<FilesBaseline, 'paths'>

interface HiddenDatabase {
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
export function hideBaseline(baseline: Baseline, hider: NameHider | undefined): HiddenBaseline {
  return {
    slot: baseline.slot,
    takenAt: baseline.takenAt,
    keyId: hider?.keyId ?? null,
    artifacts: baseline.artifacts.flatMap((artifact): (HiddenDatabase | HiddenFiles)[] =>
      artifact.kind === 'files' ? [hideFiles(artifact)] : hideDatabase(artifact, hider),
    ),
  }
}

/**
 * Brings back what can be: every name that this run has too. What is left without a name is known to be gone. Under
 * another key (a new SSH key, say) nothing is known of names, and only numbers are left to compare.
 */
export function revealBaseline(
  hidden: HiddenBaseline,
  hider: NameHider | undefined,
  now: Baseline,
): Baseline {
  const isReadable = hider !== undefined && hidden.keyId === hider.keyId
  const databases = now.artifacts.filter(artifact => artifact.kind === 'database')
  return {
    slot: hidden.slot,
    takenAt: hidden.takenAt,
    artifacts: hidden.artifacts.flatMap((artifact): ArtifactBaseline[] => {
      if (artifact.kind === 'files') return [artifact]
      return isReadable ? [revealDatabase(artifact, hider, databases)] : numbersOf(artifact, databases)
    }),
  }
}

const onlyDatabase = databaseArtifactName('', true)

function hideFiles({
  kind,
  name,
  bytes,
  contentBytes,
  files,
  directories,
  links,
}: FilesBaseline): HiddenFiles {
  return { kind, name, bytes, contentBytes, files, directories, links }
}

function hideDatabase(artifact: DatabaseBaseline, hider: NameHider | undefined): HiddenDatabase[] {
  const { kind, bytes, contentBytes, counts, database } = artifact
  const isOnlyOne = artifact.name === onlyDatabase
  const numbers = { kind, bytes, contentBytes, counts }
  if (hider === undefined || database === undefined)
    return isOnlyOne ? [{ ...numbers, name: null, database: null, names: {} }] : []
  const names = Object.fromEntries(
    objectKinds.flatMap(kind => {
      const list = kind === 'table' ? undefined : namesOf(artifact, kind)
      return list === undefined ? [] : [[kind, list.map(name => hideName(hider, database, kind, name))]]
    }),
  )
  const hidden: HiddenDatabase = {
    ...numbers,
    name: isOnlyOne ? null : hider.hide('artifact', artifact.name),
    database: hider.hide('database', database),
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
            hideName(hider, database, 'table', table.name),
            table.bytes,
            hideRows(hider, database, table),
          ] as const,
      ),
    },
  ]
}

function revealDatabase(
  { kind, database, bytes, contentBytes, counts, tables, names }: HiddenDatabase,
  hider: NameHider,
  databases: readonly DatabaseBaseline[],
): DatabaseBaseline {
  const numbers = { kind, bytes, contentBytes, counts }
  const current = databases.find(
    each => each.database !== undefined && hider.hide('database', each.database) === database,
  )
  if (current?.database === undefined)
    return { ...numbers, name: onlyDatabase, database: undefined, names: {} }
  const name = current.database
  const revealed = {
    ...numbers,
    name: current.name,
    database: name,
    names: revealNames(names, hider, name, current),
  }
  return tables === undefined
    ? revealed
    : { ...revealed, tables: revealTables(tables, hider, name, current.tables ?? []) }
}

function revealNames(
  names: HiddenDatabase['names'],
  hider: NameHider,
  database: string,
  current: DatabaseBaseline,
): DatabaseBaseline['names'] {
  return Object.fromEntries(
    objectKinds.flatMap(kind => {
      const hidden = names[kind]
      const known = namesOf(current, kind)
      if (hidden === undefined || known === undefined) return []
      const before = new Set(hidden)
      return [[kind, known.filter(name => before.has(hideName(hider, database, kind, name)))]]
    }),
  )
}

function revealTables(
  hidden: NonNullable<HiddenDatabase['tables']>,
  hider: NameHider,
  database: string,
  current: readonly TableFingerprint[],
): TableFingerprint[] {
  const before = new Map(hidden.map(([name, bytes, rows]) => [name, { bytes, rows }]))
  return current.flatMap(table => {
    const was = before.get(hideName(hider, database, 'table', table.name))
    if (was === undefined) return []
    // The old fingerprint shows only whether it is the new one.
    const isSame = was.rows === hideRows(hider, database, table)
    return [{ name: table.name, bytes: was.bytes, sha256: isSame ? table.sha256 : was.rows }]
  })
}

function numbersOf(
  { kind, name, bytes, contentBytes, counts }: HiddenDatabase,
  databases: readonly DatabaseBaseline[],
): DatabaseBaseline[] {
  const current = databases.find(each => each.name === onlyDatabase)
  if (name !== null || current === undefined) return []
  return [{ kind, name: current.name, bytes, contentBytes, counts, database: current.database, names: {} }]
}

function hideName(hider: NameHider, database: string, kind: ObjectKind, name: string): string {
  return hider.hide(kind, database, foldOf(kind)(name))
}

// A table of few rows could be guessed from the sha256 of its lines.
function hideRows(hider: NameHider, database: string, table: TableFingerprint): string {
  return hider.hide('rows', database, table.name, table.sha256)
}
