import { z } from 'zod'
import { database } from './database'
import { files } from './files'
import type { Kind } from './kind'

/** Every kind of artifact, in the order of reports. A new one is a file next to this one and a line here. */
const all = [database, files] as const

/** An artifact of any kind. */
export type Artifact = ArtifactOf<(typeof all)[number]>

type ArtifactOf<K> = K extends Kind<infer A> ? A : never

export type KindName = Artifact['kind']

export const kinds: readonly Kind<Artifact>[] = all

/** The kind of an artifact. */
export function kindOf({ kind }: { kind: KindName }): Kind<Artifact> {
  const found = kinds.find(each => each.kind === kind)
  if (found === undefined) throw new TypeError(`There is no kind of artifact "${kind}".`)
  return found
}

/** How much is in an artifact, whatever it builds on. */
export function contentBytesOf(artifact: Artifact): number {
  return kindOf(artifact).contentBytes?.(artifact) ?? artifact.content.bytes
}

/** An artifact in a manifest. */
export const artifactSchema = z.discriminatedUnion('kind', [all[0].schema, ...all.slice(1).map(({ schema }) => schema)])
