/** One thing that became less. */
export interface ShrinkFinding {
  /** The artifact's name in the manifest. */
  artifact: string
  /** `content bytes` or a plural (`tables`): too few. A thing (`view`) or an artifact's name (`codebase`): gone. */
  what: string
  before: number
  after: number
  /** What is gone, where its name is known. */
  name?: string
  /** Of a folder: what became less. */
  unit?: 'files' | 'bytes'
}
