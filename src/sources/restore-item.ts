/** One database or folder to restore. Its texts are for messages. */
export interface RestoreItem {
  /** What it is called in the recovery point: `database`, `shop`. */
  noun: string
  name: string
  /** The name it gets. */
  target: string
  /** What of the recovery point it is a part of, when it is not restored whole. */
  partOf?: string
  /** Of the stored object; of a part, what it takes on disk. */
  bytes: number
  /** The most important count of its contents: `16 tables`. */
  count: string
  /** All counts of its contents. */
  holds: string
  /** What is at the target before: `does not exist`, `contains 12 tables`. */
  before: string
  /** What is done with that. */
  becomes: string
}

/** One database or folder that was restored and compared. */
export interface RestoredItem extends RestoreItem, ItemOutcome {}

/** The result. */
export interface ItemOutcome {
  /** What was compared. */
  proof: string
  durationMs: number
  /** Where the server keeps what was at the target before; null: nowhere. */
  kept: string | null
  /** Commands for root that make what was left out. */
  leftOut?: readonly string[]
  /** Its entry in the output `restored`: a public format. */
  output: Readonly<Record<string, string | number | null>>
}

/** Something that a site needs beside what was restored. */
export interface NextStep {
  /** Whole sentences. */
  what: string
  /** To copy, if any: for a shell, the database client or a file of settings. Names in them come from a manifest, quoted. */
  commands: readonly string[]
  language?: 'sh' | 'sql' | 'ini' | 'yaml'
}

/** A line of the plan. `shown`: formats a name. */
export function planLine(item: RestoreItem, shown: (name: string) => string): string {
  const { noun, name, target, partOf, holds, before, becomes } = item
  const part = partOf === undefined ? '' : `, a part of ${shown(partOf)}`
  return `${noun} ${shown(name)}${part} (${holds}) -> ${shown(target)}, which ${before}: ${becomes}`
}
