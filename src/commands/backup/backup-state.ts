import { z } from 'zod'
import type { Runtime } from '../../runtime/runtime'

/** For the post step. `preparing`: abort the uploads; `publishing`: complete them; `clean`: do nothing. */
export interface BackupState {
  stage: 'preparing' | 'publishing' | 'clean'
  /** Where the run writes: the prefix, or its folder for suspect recovery points. */
  prefix: string
  slot: string
  lock: string
  owner: string
  uploads: { key: string; id: string }[]
  /** `after-command` has not been run yet. */
  afterCommandPending: boolean
}

const stateName = 'backup'

/** Replaces what was saved before. */
export function saveBackupState(runtime: Runtime, state: BackupState): void {
  runtime.saveState(stateName, JSON.stringify(state))
}

/** Undefined when the main step had nothing to save yet. */
export function loadBackupState(runtime: Runtime): BackupState | undefined {
  const text = runtime.state(stateName)
  return text === '' ? undefined : schema.parse(JSON.parse(text))
}

/** Nothing is left to do after this run. */
export function isCleanedUp({ stage, afterCommandPending }: BackupState): boolean {
  return stage === 'clean' && !afterCommandPending
}

const schema = z.object({
  stage: z.enum(['preparing', 'publishing', 'clean']),
  prefix: z.string(),
  slot: z.string(),
  lock: z.string(),
  owner: z.string(),
  uploads: z.array(z.object({ key: z.string(), id: z.string() })),
  afterCommandPending: z.boolean(),
})
