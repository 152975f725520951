import type { Finding } from '../findings/finding'
import type { ArtifactBaseline } from '../repository/guards/baseline'
import type { Artifact } from '../repository/manifest/manifest'
import type { NextStep } from './restore-item'

/** How artifacts of a source are shown to a person. */
export interface SourceWords<A extends Artifact> {
  /** What it is, at the start of a sentence or a line: `Database`. */
  readonly title: string
  /** All of them in a sentence: `the database`, `3 databases`. */
  all(artifacts: readonly A[]): string
  /** What one holds, each in a sentence: `the folder /var/www/html`. */
  holds(artifact: A): string[]
  /** Where it was taken from, by name. */
  origins(artifact: A): readonly string[]
  /** What it contains, the most important first: `16 tables`, `7 views`. */
  counts(artifact: A): string[]
  /** Its contents by bytes in the stream; [] where they are not measured. */
  parts(artifact: A): readonly { name: string; bytes: number; rows?: number }[]
  /** What a person should know of it beside that, a sentence each. */
  notes?(artifact: A): string[]
  /** What is worth a warning, compared with the last good recovery point. */
  news?(artifact: A, before: ArtifactBaseline | undefined): Finding[]
  /** How what `after` lacks comes back from `before`, the recovery point of this name. Undefined: all of it is gone. */
  bringBack(before: ArtifactBaseline, after: ArtifactBaseline | undefined, snapshot: string): NextStep[]
  /** Commands that restore it with stock tools, one line each. `fetch` makes the one that prints an object, by its key. */
  recovery(artifact: A, fetch: (key: string) => string): string[]
  /** Where to run those commands. */
  readonly recoveryNote: string
}
