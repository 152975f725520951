import { z } from 'zod'
import type { Runtime } from '../../runtime/runtime'

/**
 * What the post step must know of a restore that may have been killed: carried in the action's state, written as soon as it is true.
 * `clean`: nothing is left to do.
 */
export interface RestoreState {
  stage: 'working' | 'clean'
  lock: string
  owner: string
  /** Folders with unpacked files. */
  staging: string[]
  /** Set once the swap has begun. */
  swaps: { unpacked: string; place: string; kept: string }[]
  databases: DatabaseState[]
  /** Uploads of safety dumps that are not complete. */
  uploads: { key: string; id: string }[]
}

export interface DatabaseState {
  target: string
  /** What was there before. */
  was: 'absent' | 'empty' | 'filled'
  /** Of what was there; '' when absent. */
  characterSet: string
  collation: string
  /** The dump of what was there; null when there is none. */
  safetyKey: string | null
  /** `writing`: it is neither what it was nor what it is to be; `intact`: it was to be replaced, and was not touched after all. */
  phase: 'waiting' | 'writing' | 'done' | 'intact'
}

const stateName = 'restore'

/** Replaces what was saved before. */
export function saveRestoreState(runtime: Pick<Runtime, 'saveState'>, state: RestoreState): void {
  runtime.saveState(stateName, JSON.stringify(state))
}

/** Undefined when the main step never got so far as to leave anything behind. */
export function loadRestoreState(runtime: Pick<Runtime, 'state'>): RestoreState | undefined {
  const text = runtime.state(stateName)
  return text === '' ? undefined : schema.parse(JSON.parse(text))
}

const schema = z.object({
  stage: z.enum(['working', 'clean']),
  lock: z.string(),
  owner: z.string(),
  staging: z.array(z.string()),
  swaps: z.array(z.object({ unpacked: z.string(), place: z.string(), kept: z.string() })),
  databases: z.array(
    z.object({
      target: z.string(),
      was: z.enum(['absent', 'empty', 'filled']),
      characterSet: z.string(),
      collation: z.string(),
      safetyKey: z.string().nullable(),
      phase: z.enum(['waiting', 'writing', 'done', 'intact']),
    }),
  ),
  uploads: z.array(z.object({ key: z.string(), id: z.string() })),
})
