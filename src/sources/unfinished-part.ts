import type { Repository } from '../repository/repository'
import type { Log } from '../runtime/runtime'
import type { Connection } from '../ssh/remote'

/** What a killed restore left of one source, for its post step. */
export interface UnfinishedPart {
  /** What all its items are called: `databases`. */
  readonly noun: string
  /** Everything is restored. */
  readonly isApplied: boolean
  /** Aborts uploads that are of no use any more. Throws what failed. */
  dropUploads(repository: Repository): Promise<void>
  /**
   * Rolls back on the server what takes only a moment. `areOthersApplied`: `isApplied` of all other sources. `undone`:
   * what is as it was before. `failures`: harmless leftovers. Throws what ends it early.
   */
  undo(request: UndoRequest): Promise<{ undone: readonly string[]; failures: readonly string[] }>
  /** What is restored and stays so, for a sentence. */
  restored(): string[]
  /** What is neither restored nor rolled back, and how to fix it. Whole sentences. */
  incomplete(): string[]
}

interface UndoRequest {
  connection: Connection
  /** Of the killed run. */
  owner: string
  areOthersApplied: boolean
  log: Pick<Log, 'info'>
}
