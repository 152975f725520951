import { indexPrefix } from '../../repository/catalog/prefix-index'
import { takenAt } from '../../repository/catalog/taken-at'
import type { Repository } from '../../repository/repository'
import type { Clock } from '../../runtime/runtime'
import { readHistory } from './read-history'
import type { BackupFacts, HistoryAfterFailure } from './run-report'

/** A run that failed must not wait for a store that does not answer. */
const atMostMs = 8_000

/**
 * What the bucket has when a run fails, for its report: the newest good recovery point and the last week. {} when the store
 * gives no answer, or none soon. Never throws.
 */
export async function historyAfterFailure(
  repository: Repository,
  { index: known }: Pick<Partial<BackupFacts>, 'index'>,
  { timezone, clock }: { timezone: string; clock: Pick<Clock, 'now'> },
): Promise<HistoryAfterFailure> {
  const read = async () => {
    const index = known ?? (await indexPrefix(repository))
    if (!index.isReadable) return {}
    const newest = await index.newest()
    const history = await readHistory(repository, { index, timezone, now: clock.now() })
    if (newest === undefined) return history
    const { manifest, storedAt } = newest
    return { ...history, lastGood: { slot: manifest.slot, takenAt: takenAt(manifest, storedAt), host: manifest.host } }
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Record<string, never>>(resolve => {
    timer = setTimeout(() => resolve({}), atMostMs)
  })
  return Promise.race([read().catch(() => ({})), late]).finally(() => clearTimeout(timer))
}
