import type { RestoreInputs } from '../../inputs/restore'
import { messageOf } from '../../runtime/errors'
import { serverOver } from '../../server/server'
import { sources } from '../../sources/registry'
import type { UnfinishedPart } from '../../sources/unfinished-part'
import { type CommandTools, openConnection } from '../session'
import type { RestoreState } from './restore-state'

/** What is left after the clean-up, for a person. Whole sentences. */
export interface CleanUpResult {
  /** What is neither as before nor restored, or does not match the rest, and how to fix it. */
  incomplete: string[]
  /** What could not be cleaned up and does no harm. */
  failures: string[]
}

/** What the post step does after a killed restore: ends processes and locks, undoes what takes no time. */
export async function cleanUpRestore(
  inputs: RestoreInputs,
  state: RestoreState,
  tools: CommandTools,
): Promise<CleanUpResult> {
  const left: CleanUpResult = { incomplete: [], failures: [] }
  if (state.stage === 'clean') return left
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      left.failures.push(messageOf(error))
    }
  }
  const parts = sources.map(source => source.unfinished(inputs, state.parts[source.kind]))
  for (const part of parts) await attempt(() => part.dropUploads(tools.repository))
  await attempt(() => cleanUpServer(inputs, state, parts, tools, left))
  left.incomplete.push(...parts.flatMap(part => part.incomplete()))
  return left
}

async function cleanUpServer(
  inputs: RestoreInputs,
  { lock, owner }: RestoreState,
  parts: readonly UnfinishedPart[],
  tools: CommandTools,
  left: CleanUpResult,
): Promise<void> {
  const { log } = tools.runtime
  const connection = await openConnection(inputs, tools, { survivesAbort: true })
  try {
    await serverOver(connection).cleanUp({ lock, owner, mirrorDir: '' })
    // What was applied last is undone first.
    for (const part of parts.toReversed()) {
      const areOthersApplied = parts.every(other => other === part || other.isApplied)
      const { undone, failures } = await part.undo({ connection, owner, areOthersApplied, log })
      left.incomplete.push(...mismatchInWords(part, undone, parts))
      left.failures.push(...failures)
    }
  } finally {
    connection.close()
  }
}

/** A site whose database and files are of different days. */
function mismatchInWords(
  { noun }: UnfinishedPart,
  undone: readonly string[],
  parts: readonly UnfinishedPart[],
): string[] {
  if (undone.length === 0) return []
  return parts.flatMap(other => {
    const restored = other.restored()
    if (restored.length === 0) return []
    return `The ${other.noun} are restored and the ${noun} are not, so they may not match. Restored: ${restored.join(', ')}. As before the restore: ${undone.join(', ')}. Run the restore again.`
  })
}
