import { defined } from '../../runtime/defined'
import { comparable, type Fingerprint, type Thing } from '../manifest/kinds/kind'
import { type KindName, kindOf } from '../manifest/kinds/kinds'
import type { ArtifactBaseline, Baseline } from './baseline'
import type { Pseudonymiser } from './pseudonyms'

/** A baseline for a place that strangers can read: no name in it can be read, and no fingerprint. */
export interface PseudonymisedBaseline {
  slot: string
  takenAt: string
  /** Which key made the pseudonyms; null when there was no key, and so no names are kept. */
  keyId: string | null
  /** As in `Baseline`. */
  fingerprintKeyId?: string
  artifacts: readonly PseudonymisedArtifact[]
}

interface PseudonymisedArtifact {
  kind: KindName
  /** Whether it was the only one of its kind, which its name shows. */
  isOnlyOne: boolean
  /** Null without a key. */
  source: string | null
  bytes: number
  contentBytes: number
  counts: Readonly<Record<string, number>>
  /** Of the things that are counted: what has no count can only be missed by its name. */
  names: Readonly<Record<string, readonly string[]>>
  /** Name, bytes and fingerprint of each. */
  parts?: readonly (readonly [string, number, string])[]
  /** Name, files and bytes of each. */
  amounts?: Readonly<Record<string, readonly (readonly [string, number, number])[]>>
  marks?: Readonly<Record<string, string>>
}

/** The baseline for the runner's cache. Without a key it has numbers alone, and of several databases nothing. */
export function pseudonymiseBaseline(
  baseline: Baseline,
  pseudonymiser: Pseudonymiser | undefined,
): PseudonymisedBaseline {
  const { slot, takenAt, fingerprintKeyId, artifacts } = baseline
  return {
    ...{ slot, takenAt, keyId: pseudonymiser?.keyId ?? null, ...defined({ fingerprintKeyId }) },
    artifacts: artifacts.flatMap(artifact => pseudonymise(artifact, pseudonymiser)),
  }
}

/**
 * Resolves every pseudonym whose name this run has too. What is left without a name is known to be gone. Under another
 * key (a new SSH key, say) no name is known, and only numbers can be compared.
 */
export function resolveBaseline(
  cached: PseudonymisedBaseline,
  pseudonymiser: Pseudonymiser | undefined,
  now: Baseline,
): Baseline {
  const isReadable = pseudonymiser !== undefined && cached.keyId === pseudonymiser.keyId
  const { slot, takenAt, fingerprintKeyId, artifacts } = cached
  return {
    ...{ slot, takenAt, ...defined({ fingerprintKeyId }) },
    artifacts: artifacts.flatMap(artifact => {
      const peers = now.artifacts.filter(({ kind }) => kind === artifact.kind)
      return isReadable ? [resolve(artifact, pseudonymiser, peers)] : numbersOf(artifact, peers)
    }),
  }
}

function pseudonymise(artifact: ArtifactBaseline, pseudonymiser: Pseudonymiser | undefined): PseudonymisedArtifact[] {
  const { kind, source, bytes, contentBytes, counts } = artifact
  const { artifactName, things } = kindOf(artifact)
  const isOnlyOne = artifact.name === artifactName
  const numbers = { kind, isOnlyOne, bytes, contentBytes, counts }
  if (pseudonymiser === undefined || source === undefined)
    return isOnlyOne ? [{ ...numbers, source: null, names: {} }] : []
  const own = pseudonymsIn(kind, source, pseudonymiser)
  const named = things.flatMap(thing => {
    const names = thing.count === undefined ? undefined : artifact.names[thing.one]
    return names === undefined ? [] : [[thing.one, names.map(name => own.ofName(thing, name))] as const]
  })
  const parts = artifact.parts?.map(part => [own.ofPart(part), part.bytes, own.ofRows(part)] as const)
  const names = Object.fromEntries(named)
  const amounts = mapRecord(artifact.amounts, (one, list) =>
    list.flatMap(({ name, files, bytes }) =>
      name === undefined ? [] : [[own.ofAmount(one, name), files, bytes] as const],
    ),
  )
  const marks = mapRecord(artifact.marks, (one, mark) => own.ofMark(one, mark))
  const hidden = defined({ parts, amounts, marks })
  return [{ ...numbers, source: pseudonymiser.pseudonymOf(kind, source), names, ...hidden }]
}

function resolve(
  { kind, source, bytes, contentBytes, counts, names, parts, amounts, marks }: PseudonymisedArtifact,
  pseudonymiser: Pseudonymiser,
  peers: readonly ArtifactBaseline[],
): ArtifactBaseline {
  const { artifactName, things } = kindOf({ kind })
  const numbers = { kind, bytes, contentBytes, counts }
  const current = peers.find(
    peer => peer.source !== undefined && pseudonymiser.pseudonymOf(kind, peer.source) === source,
  )
  if (current?.source === undefined) return { ...numbers, name: artifactName, source: undefined, names: {} }
  const own = pseudonymsIn(kind, current.source, pseudonymiser)
  const named = things.flatMap(thing => {
    const [then, known] = [names[thing.one], current.names[thing.one]]
    if (then === undefined || known === undefined) return []
    const before = new Set(then)
    return [[thing.one, known.filter(name => before.has(own.ofName(thing, name)))] as const]
  })
  return {
    ...{ ...numbers, name: current.name, source: current.source, names: Object.fromEntries(named) },
    ...defined({
      parts: parts && resolveParts(parts, own, current.parts ?? []),
      amounts: mapRecord(amounts, (one, list) => {
        const known = new Map(current.amounts?.[one]?.map(({ name = '' }) => [own.ofAmount(one, name), name]))
        return list.map(([name, files, bytes]) => ({ name: known.get(name), files, bytes }))
      }),
      // The old mark shows only whether it is the new one.
      marks: mapRecord(marks, (one, mark) => {
        const now = current.marks?.[one]
        return now !== undefined && own.ofMark(one, now) === mark ? now : mark
      }),
    }),
  }
}

function mapRecord<T, R>(
  record: Readonly<Record<string, T>> | undefined,
  change: (key: string, value: T) => R,
): Record<string, R> | undefined {
  return record && Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(key, value)]))
}

function resolveParts(
  cached: NonNullable<PseudonymisedArtifact['parts']>,
  own: Pseudonyms,
  current: readonly Fingerprint[],
): Fingerprint[] {
  const before = new Map(cached.map(([name, bytes, rows]) => [name, { bytes, rows }]))
  return current.flatMap(part => {
    const was = before.get(own.ofPart(part))
    if (was === undefined) return []
    // The old fingerprint shows only whether it is the new one.
    const sha256 = was.rows === own.ofRows(part) ? part.sha256 : was.rows
    return [{ name: part.name, bytes: was.bytes, sha256 }]
  })
}

/** Without a name it can be the only one of this run; one that has no name anyway is known in any case. */
function numbersOf(
  { kind, isOnlyOne, bytes, contentBytes, counts }: PseudonymisedArtifact,
  peers: readonly ArtifactBaseline[],
): ArtifactBaseline[] {
  const { artifactName: name, sources } = kindOf({ kind })
  const current = peers.find(peer => peer.name === name)
  const isKnown = isOnlyOne && (current !== undefined || !('noun' in sources))
  return isKnown ? [{ kind, name, source: current?.source, bytes, contentBytes, counts, names: {} }] : []
}

/** The pseudonyms of what is in one source. */
interface Pseudonyms {
  ofName(thing: Thing<never>, name: string): string
  ofPart(part: Fingerprint): string
  ofRows(part: Fingerprint): string
  ofAmount(one: string, name: string): string
  ofMark(one: string, mark: string): string
}

function pseudonymsIn(kind: KindName, source: string, { pseudonymOf }: Pseudonymiser): Pseudonyms {
  return {
    ofName: (thing, name) => pseudonymOf(kind, source, thing.one, comparable(thing, name)),
    ofPart: ({ name }) => pseudonymOf(kind, source, 'part', name),
    // The sha256 of a table of few rows could be guessed.
    ofRows: ({ name, sha256 }) => pseudonymOf(kind, source, 'rows', name, sha256),
    ofAmount: (one, name) => pseudonymOf(kind, source, 'amount', one, name),
    ofMark: (one, mark) => pseudonymOf(kind, source, 'mark', one, mark),
  }
}
