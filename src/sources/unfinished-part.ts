import type { Repository } from '../repository/repository'
import type { Log } from '../runtime/runtime'
import type { Connection } from '../ssh/remote'

/** What a restore that was killed has left of one source, for its post step. */
export interface UnfinishedPart {
  /** What all of it is called: `databases`. */
  readonly noun: string
  /** Everything of it is where it was to be. */
  readonly isApplied: boolean
  /** Drops what is in the bucket and of no use. Throws what went wrong. */
  dropUploads(repository: Repository): Promise<void>
  /**
   * Undoes on the server what can be undone in a moment. `areOthersApplied`: so are all other sources. Returns names of
   * things that have again what was there before, and what could not be cleaned up and harms nobody. Throws what ends
   * it early.
   */
  undo(request: UndoRequest): Promise<{ undone: readonly string[]; failures: readonly string[] }>
  /** What is restored and stays so, for a sentence. */
  restored(): string[]
  /** What is neither what it was nor what it was to be, and how that is put right. Whole sentences. */
  incomplete(): string[]
}

export interface UndoRequest {
  connection: Connection
  /** Of the run that was killed. */
  owner: string
  areOthersApplied: boolean
  log: Pick<Log, 'info'>
}
