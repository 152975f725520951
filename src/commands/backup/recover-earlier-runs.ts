import { type Finding, warning } from '../../findings/finding'
import type { BackupInputs } from '../../inputs/backup'
import { indexPrefix, type PrefixIndex } from '../../repository/catalog/prefix-index'
import { abortLeftovers } from '../../repository/commit/leftovers'
import { recoverSlot } from '../../repository/commit/recover'
import { findForeignHost, foreignError } from '../../repository/guards/foreign-prefix'
import { manualFolder } from '../../repository/names/manual-name'
import type { Repository } from '../../repository/repository'
import { messageOf } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'

/**
 * Finishes or rolls back what dead runs left, and aborts their uploads; the lock of the prefix must be held. `index`
 * is what is there; what comes back is that afterwards. A slot that cannot be recovered now is a warning; this run's own slot must be recovered, or this throws.
 */
export async function recoverEarlierRuns(
  { ssh, guards }: BackupInputs,
  slot: string,
  index: PrefixIndex,
  { runtime, repository }: { runtime: Runtime; repository: Repository },
): Promise<{ index: PrefixIndex; warnings: Finding[] }> {
  const { log, clock } = runtime
  const warnings: Finding[] = []
  // Before any change: what looks unfinished might be another host's run that is still running.
  const foreign = findForeignHost(await index.newestGood(), ssh.host)
  if (foreign.length > 0 && !guards.adoptPrefix) throw foreignError(foreign, ssh.host)
  const named = await indexPrefix(repository, [manualFolder])
  const unfinished = [...(await index.unfinished()), ...(await named.unfinished())]
  let hasRecovered = false
  for (const left of new Set([...unfinished, slot])) {
    try {
      const recovery = await recoverSlot(repository, left, clock)
      warnings.push(...recovery.warnings)
      if (recovery.outcome === 'nothing' || recovery.outcome === 'unknown') continue
      hasRecovered = true
      log.info(`Slot ${left} was left unfinished by an earlier run: ${recovery.outcome}.`)
    } catch (error) {
      if (left === slot) throw error
      warnings.push(warning('slot-unfinished', messageOf(error)))
    }
  }
  const { aborted, warnings: unaborted } = await abortLeftovers(repository, slot, clock)
  for (const upload of aborted) log.info(`Aborted an unfinished upload of an earlier run: ${upload.key}.`)

  const current = hasRecovered ? await indexPrefix(repository) : index
  const last = await current.newestGood()
  log.info(
    last === undefined
      ? 'No good recovery point was found here.'
      : `The last good recovery point: ${last.slot}, taken ${last.startedAt}.`,
  )
  return { index: current, warnings: [...warnings, ...unaborted, ...current.warnings] }
}
