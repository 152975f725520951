/** One thing that is to be restored. Its texts are for a person. */
export interface RestoreItem {
  /** What it is called in the recovery point: `database`, `shop`. */
  noun: string
  name: string
  /** The name it gets. */
  target: string
  /** Of the stored object. */
  bytes: number
  /** The most telling count of what is in it: `16 tables`. */
  count: string
  /** What is in it. */
  holds: string
  /** What stands at the target before: `is not there`, `holds 12 tables`. */
  before: string
  /** What becomes of that. */
  becomes: string
}

/** One thing that was restored and compared. */
export interface RestoredItem extends RestoreItem, ItemOutcome {}

/** What came of it. */
export interface ItemOutcome {
  /** What was compared. */
  proof: string
  durationMs: number
  /** Where what was there before is kept on the server; null: nowhere there. */
  kept: string | null
  /** Its entry in the output `restored`: a public format. */
  output: Readonly<Record<string, string | number | null>>
}

/** A line of the plan. `shown`: how a name stands in it. */
export function planLine(item: RestoreItem, shown: (name: string) => string): string {
  const { noun, name, target, holds, before, becomes } = item
  return `${noun} ${shown(name)} (${holds}) -> ${shown(target)}, which ${before}: ${becomes}`
}
