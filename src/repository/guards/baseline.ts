import { defined } from '../../runtime/defined'
import type { Amount, Fingerprint, Thing } from '../manifest/kinds/kind'
import { type Artifact, contentBytesOf, type KindName, kindOf } from '../manifest/kinds/kinds'
import type { Manifest } from '../manifest/manifest'

/**
 * What a later run compares itself with: how much was in a good recovery point, and of what. Read from a manifest by
 * `baselineOf`, or from the runner's cache by `resolveBaseline`, which may know less.
 */
export interface Baseline {
  slot: string
  /** The manifest's `startedAt`. */
  takenAt: string
  /** Of the key that its fingerprints are recorded under: others cannot be compared with them. Absent: under none. */
  fingerprintKeyId?: string
  artifacts: readonly ArtifactBaseline[]
}

/** One artifact of any kind; the things in it go by their `one` in the table of kinds. */
export interface ArtifactBaseline {
  kind: KindName
  /** As in the manifest: `database`, `shop.database`, `codebase`. */
  name: string
  /** As `Kind.sourceOf` says. Undefined: it cannot be named, but it is none of those that this run has. */
  source: string | undefined
  /** Of the stored object. */
  bytes: number
  /** Of the uncompressed stream. */
  contentBytes: number
  counts: Readonly<Record<string, number>>
  /** Absent: only numbers are known. Fewer than `counts` says: the others are none that this run has. */
  names: Readonly<Record<string, readonly string[]>>
  /** The things with fingerprints, under the same two rules; `names` does not repeat them. */
  parts?: readonly Fingerprint[]
  /** The things with amounts. Absent: not known. */
  amounts?: Readonly<Record<string, readonly Amount[]>>
  /** The things with a mark. */
  marks?: Readonly<Record<string, string>>
}

/** The baseline that a recovery point is for those after it. */
export function baselineOf(manifest: Pick<Manifest, 'slot' | 'startedAt' | 'encryption' | 'artifacts'>): Baseline {
  return {
    slot: manifest.slot,
    takenAt: manifest.startedAt,
    ...defined({ fingerprintKeyId: manifest.encryption?.fingerprintKeyId }),
    artifacts: manifest.artifacts.map(artifactBaseline),
  }
}

/** The artifact of the same source. Its name is no identity: `database` may be `shop.database` later. */
export function sameSource(
  baseline: Baseline | undefined,
  { kind, source }: ArtifactBaseline,
): ArtifactBaseline | undefined {
  if (source === undefined) return undefined
  return baseline?.artifacts.find(other => other.kind === kind && other.source === source)
}

/** How many of a thing there are; 0 of one that is not counted. */
export function countOf({ counts }: ArtifactBaseline, { one }: Thing<never>): number {
  return counts[one] ?? 0
}

/** The names of a thing; undefined when only their number is known. */
export function namesOf(
  { names, parts }: ArtifactBaseline,
  { one, fingerprints }: Thing<never>,
): readonly string[] | undefined {
  return fingerprints === undefined ? names[one] : parts?.map(({ name }) => name)
}

function artifactBaseline(artifact: Artifact): ArtifactBaseline {
  const { kind, name, bytes } = artifact
  const { things, sourceOf } = kindOf(artifact)
  const counted = things.flatMap(({ one, count }) => (count === undefined ? [] : [[one, count(artifact)] as const]))
  const counts = Object.fromEntries(counted)
  const named = things.flatMap(({ one, names }) => {
    const known = names?.(artifact)
    // Manifests name things only since the field exists; names and a number that disagree name nothing.
    return known === undefined || known.length !== (counts[one] ?? known.length) ? [] : [[one, known] as const]
  })
  const amounts = entriesOf(things.map(thing => [thing.one, thing.amounts?.(artifact)]))
  const marks = entriesOf(things.map(thing => [thing.one, thing.mark?.(artifact)]))
  return {
    ...{ kind, name, source: sourceOf(artifact), bytes, contentBytes: contentBytesOf(artifact), counts },
    names: Object.fromEntries(named),
    ...defined({ parts: things.find(({ fingerprints }) => fingerprints)?.fingerprints?.(artifact), amounts, marks }),
  }
}

/** A record of those that are known; undefined when none is. */
function entriesOf<T>(entries: readonly (readonly [string, T | undefined])[]): Record<string, T> | undefined {
  const known = entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
  return known.length === 0 ? undefined : Object.fromEntries(known)
}
