import { z } from 'zod'
import type { Runtime } from '../../runtime/runtime'

/** What the post step needs after a killed restore, saved at once. `clean`: nothing is left to do. */
export interface RestoreState {
  stage: 'working' | 'clean'
  lock: string
  owner: string
  /** By the kind of the source, which alone can read its own. */
  parts: Readonly<Record<string, unknown>>
}

const stateName = 'restore'

/** Replaces what was saved before. */
export function saveRestoreState(runtime: Pick<Runtime, 'saveState'>, state: RestoreState): void {
  runtime.saveState(stateName, JSON.stringify(state))
}

/** Undefined when the main step had nothing to save yet. */
export function loadRestoreState(runtime: Pick<Runtime, 'state'>): RestoreState | undefined {
  const text = runtime.state(stateName)
  return text === '' ? undefined : schema.parse(JSON.parse(text))
}

const schema = z.object({
  stage: z.enum(['working', 'clean']),
  lock: z.string(),
  owner: z.string(),
  parts: z.record(z.string(), z.unknown()),
})
