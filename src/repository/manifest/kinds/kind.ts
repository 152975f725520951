import type { z } from 'zod'
import type { StoredArtifact } from './artifact'

/** One kind of artifact. Keys, guards and the catalog use the table in `kinds.ts`, so none of them names a kind. */
export interface Kind<A extends StoredArtifact> {
  readonly kind: A['kind']
  /** Heads a chart. */
  readonly title: string
  /** The artifact's name in a key; a source among several goes before it: `shop.database`. */
  readonly artifactName: string
  /** What a key ends in, before the codecs: `sql`. */
  readonly extension: string
  /** Many sources with names, and the noun for one; or a single one, and how a message calls it gone. */
  readonly sources: { readonly noun: string } | { readonly whenGone: string }
  /** What is in it, in the order in which it is reported. */
  readonly things: readonly Thing<A>[]
  /** Of an artifact in a manifest. */
  readonly schema: z.ZodType<A> & z.core.$ZodTypeDiscriminable
  /** The name of the source; '' where there is a single one. */
  sourceOf(artifact: A): string
  /** How much it has, to compare with others; by default the bytes of its stream. */
  contentBytes?(artifact: A): number
  /** What `list` shows. */
  listed(artifact: A): ListedArtifact
}

/** One sort of thing in an artifact. One with names or fingerprints must not vanish from a backup. */
export interface Thing<A> {
  readonly one: string
  /** Where an s at the end does not do. */
  readonly many?: string
  /** Its number is compared with `max-shrink`; losing fewer than this never counts. */
  readonly leastLost?: number
  /** `a` and `A` are one name. */
  readonly foldsCase?: true
  /** Names are folders: one inside another that is taken has not vanished. */
  readonly isFolder?: true
  /** Absent: only the names are of interest, and the runner's cache does not keep them. */
  count?(artifact: A): number
  /** Undefined: the manifest does not have them. */
  names?(artifact: A): readonly string[] | undefined
  /** In place of names. */
  fingerprints?(artifact: A): readonly Fingerprint[]
  /** In place of names: a folder that had files must not lose them, by `max-shrink`. Undefined: not known. */
  amounts?(artifact: A): readonly Amount[] | undefined
  /** One that had files must not be gone either, however few. */
  readonly mustStay?: true
  /** In place of names: shows whether they are the same ones. Others are no suspicion, but are reported. Undefined: none. */
  mark?(artifact: A): string | undefined
}

/** A name, and what shows whether the thing is as it was. */
export interface Fingerprint {
  name: string
  bytes: number
  sha256: string
  /** How many rows; absent: not counted. */
  rows?: number
}

/** A folder and what is in it. `name`: undefined when it is known only that no folder of today has it. */
export interface Amount {
  name: string | undefined
  files: number
  bytes: number
}

/** The parts of a recovery point that `list` shows; its JSON output has these fields. */
export interface ListedArtifact {
  databases?: { name: string; bytes: number; tables: number }[]
  files?: { paths: string[]; bytes: number; files: number }
}

/** A thing in the plural. */
export function manyOf({ one, many = `${one}s` }: Thing<never>): string {
  return many
}

/** A name as it is compared with others. */
export function comparable({ foldsCase }: Thing<never>, name: string): string {
  return foldsCase ? name.toLowerCase() : name
}
