import type { BegunUpload } from '../../repository/artifact/writer'
import { messageOf } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'
import type { LockIdentity } from '../session'
import { type BackupState, saveBackupState } from './backup-state'

/** What a run has begun in the store, kept in the action's state so that a post step can finish or abort it. */
export interface UnfinishedRun {
  hasUpload(upload: BegunUpload): void
  isPublishing(): void
  /** `after-command` must still be run on the server, or has been. */
  afterCommandPending(isPending: boolean): void
  /** Nothing is left to do for a post step. */
  isClean(): void
  /** Aborts every upload. A failure is logged, and left to the post step. */
  abort(): Promise<void>
}

/** Saves at once that there is a run to clean up after. */
export function unfinishedRun(
  runtime: Runtime,
  run: LockIdentity & Pick<BackupState, 'prefix' | 'slot'>,
): UnfinishedRun {
  const uploads: BegunUpload[] = []
  const state: BackupState = { ...run, stage: 'preparing', uploads: [], afterCommandPending: false }
  const enter = (stage: BackupState['stage']) => {
    state.stage = stage
    saveBackupState(runtime, state)
  }
  enter('preparing')
  return {
    hasUpload: upload => {
      uploads.push(upload)
      state.uploads.push({ key: upload.key, id: upload.uploadId })
      enter('preparing')
    },
    isPublishing: () => enter('publishing'),
    afterCommandPending: isPending => {
      state.afterCommandPending = isPending
      enter(state.stage)
    },
    isClean: () => enter('clean'),
    abort: async () => {
      const outcomes = await Promise.allSettled(uploads.map(upload => upload.abort()))
      const failures = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason] : []))
      for (const failure of failures) runtime.log.info(messageOf(failure))
      if (failures.length === 0) enter('clean')
    },
  }
}
