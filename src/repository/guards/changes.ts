import { defined } from '../../runtime/defined'
import type { Amount, Fingerprint } from '../manifest/kinds/kind'
import { kindOf } from '../manifest/kinds/kinds'
import { type ArtifactBaseline, type Baseline, countOf, sameSource } from './baseline'

/** What changed since the last good recovery point. With the runner's cache, tables that are gone may have no name. */
export function compareWith(previous: Baseline, current: Baseline): ReportedChanges {
  const kept = current.artifacts.map(after => partChange(sameSource(previous, after), after))
  const gone = previous.artifacts
    .filter(before => sameSource(current, before) === undefined)
    .map(before => partChange(before, undefined))
  const tables = tableChanges(previous, current)
  const folders = folderChanges(previous, current)
  return {
    since: { slot: previous.slot, takenAt: new Date(previous.takenAt) },
    parts: [...kept, ...gone].filter(part => part !== undefined),
    ...defined({ tables, folders }),
  }
}

const greatestAtMost = 15

function partChange(before: ArtifactBaseline | undefined, after: ArtifactBaseline | undefined): PartChange | undefined {
  const known = after ?? before
  if (known === undefined) return undefined
  return {
    name: known.name,
    state: before === undefined ? 'new' : after === undefined ? 'gone' : 'kept',
    contentBytes: { before: before?.contentBytes, after: after?.contentBytes },
    counts: kindOf(known)
      .things.filter(({ count }) => count !== undefined)
      .map(thing => ({
        ...defined({ one: thing.one, many: thing.many }),
        before: before && countOf(before, thing),
        after: after && countOf(after, thing),
      })),
  }
}

/** Over the databases that both have; one that is new or gone is reported as a part. */
function tableChanges(previous: Baseline, current: Baseline): TableChanges | undefined {
  // Of rows that are recorded under another key, nobody can say whether they changed.
  if (previous.fingerprintKeyId !== current.fingerprintKeyId) return undefined
  const withParts = current.artifacts.filter(({ parts }) => parts !== undefined)
  const changes: TableChange[] = []
  const counts = { changed: 0, added: 0, gone: 0, unchanged: 0 }
  let isKnown = false
  for (const after of withParts) {
    const before = sameSource(previous, after)
    if (before?.parts === undefined || after.parts === undefined) continue
    isKnown = true
    const label = (name: string) => (withParts.length > 1 ? `${after.source}.${name}` : name)
    const earlier = new Map(before.parts.map(part => [part.name, part]))
    for (const part of after.parts) {
      const { name, sha256 } = part
      const was = earlier.get(name)
      earlier.delete(name)
      if (was?.sha256 === sha256) {
        counts.unchanged++
        continue
      }
      if (was === undefined) counts.added++
      else counts.changed++
      changes.push(tableChange(label(name), was, part))
    }
    for (const was of earlier.values()) changes.push(tableChange(label(was.name), was, undefined))
    counts.gone += earlier.size + unnamedParts(before)
  }
  if (!isKnown) return undefined
  changes.sort((one, other) => difference(other) - difference(one))
  return { ...counts, greatest: changes.slice(0, greatestAtMost) }
}

function tableChange(name: string, before: Fingerprint | undefined, after: Fingerprint | undefined): TableChange {
  const bytes = { before: before?.bytes, after: after?.bytes }
  return { name, bytes, rows: { before: before?.rows, after: after?.rows } }
}

/** First-level folders, of artifacts that both have. */
function folderChanges(previous: Baseline, current: Baseline): FolderChanges | undefined {
  const changes: FolderChange[] = []
  let isKnown = false
  for (const after of current.artifacts) {
    const [was, is] = [sameSource(previous, after)?.amounts?.[byFolder], after.amounts?.[byFolder]]
    if (was === undefined || is === undefined) continue
    isKnown = true
    const earlier = new Map(was.flatMap(each => (each.name === undefined ? [] : [[each.name, each] as const])))
    for (const each of is) {
      const { name } = each
      if (name === undefined) continue
      const before = earlier.get(name)
      earlier.delete(name)
      if (before?.files !== each.files || before.bytes !== each.bytes) changes.push(folderChange(name, before, each))
    }
    for (const [name, before] of earlier) changes.push(folderChange(name, before, undefined))
  }
  if (!isKnown) return undefined
  changes.sort((one, other) => difference(other) - difference(one))
  return { differing: changes.length, greatest: changes.slice(0, greatestAtMost) }
}

const byFolder = 'first-level folder'

function folderChange(name: string, before: Amount | undefined, after: Amount | undefined): FolderChange {
  const bytes = { before: before?.bytes, after: after?.bytes }
  return { name, bytes, files: { before: before?.files, after: after?.files } }
}

/** How many there were beyond those that have a name. */
function unnamedParts(before: ArtifactBaseline): number {
  const thing = kindOf(before).things.find(({ fingerprints }) => fingerprints !== undefined)
  return thing === undefined ? 0 : countOf(before, thing) - (before.parts?.length ?? 0)
}

function difference({ bytes: { before = 0, after = 0 } }: { bytes: Course }): number {
  return Math.abs(after - before)
}

/** What differs between the last good recovery point and this one. */
export interface ReportedChanges {
  since: { slot: string; takenAt: Date }
  parts: readonly PartChange[]
  /**
   * Undefined when there are no databases, no table of the earlier ones is known by name, or rows cannot be compared:
   * encryption began or ended, or has another key of fingerprints.
   */
  tables?: TableChanges
  /** Undefined when first-level folders are not known of both. */
  folders?: FolderChanges
}

/** One artifact. */
export interface PartChange {
  name: string
  state: 'kept' | 'new' | 'gone'
  /** Of the uncompressed stream. */
  contentBytes: Course
  counts: readonly CountChange[]
}

/** Undefined: there was none, there is none any more, or it is not known. */
export interface Course {
  before: number | undefined
  after: number | undefined
}

export interface CountChange extends Course {
  one: string
  /** Where an s at the end does not do. */
  many?: string
}

export interface TableChanges {
  changed: number
  added: number
  gone: number
  unchanged: number
  /** Those that differ, the greatest difference in bytes first; fifteen at most. */
  greatest: readonly TableChange[]
}

interface TableChange {
  /** With its database where there are several. */
  name: string
  /** Of its rows in the dump. Undefined: it was not there, or is not any more. */
  bytes: Course
  /** How many rows. Undefined also where they were not counted. */
  rows: Course
}

export interface FolderChanges {
  differing: number
  /** The greatest difference in bytes first; fifteen at most. */
  greatest: readonly FolderChange[]
}

interface FolderChange {
  name: string
  /** Of the files in it. Undefined: it was not there, or is not any more. */
  bytes: Course
  files: Course
}
