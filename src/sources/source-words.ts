import type { Artifact } from '../repository/manifest/manifest'

/** How artifacts of a source are shown to a person. */
export interface SourceWords<A extends Artifact> {
  /** What it is, at the head of a sentence or a line: `Database`. */
  readonly title: string
  /** All of them in a sentence: `the database`, `3 databases`. */
  all(artifacts: readonly A[]): string
  /** What one holds, each in a sentence: `the folder /var/www/html`. */
  holds(artifact: A): string[]
  /** Where it was taken from, by name. */
  origins(artifact: A): readonly string[]
  /** What is inside, the most telling first: `16 tables`, `7 views`. */
  counts(artifact: A): string[]
  /** The largest things inside, by bytes in the stream; [] where there are none to tell apart. */
  parts(artifact: A): readonly { name: string; bytes: number }[]
  /** Commands that bring it back with stock tools, one line each. `fetch`: prints the stored object. */
  recovery(artifact: A, fetch: string): string[]
  /** Where those commands are to be run. */
  readonly recoveryNote: string
}
