import type { BackupInputs } from '../../../inputs/backup'
import type { PrefixIndex } from '../../../repository/catalog/prefix-index'
import { type ForeignFinding, findForeign } from '../../../repository/guards/foreign-prefix'
import type { Repository } from '../../../repository/repository'

/** What is under the keys that a run would write, and is not this site's. Throws `StoreError`. */
export async function foreignObjects(
  { ssh }: Pick<BackupInputs, 'ssh'>,
  repository: Repository,
  { slot, index, keysToWrite }: { slot: string; index: PrefixIndex; keysToWrite: readonly string[] },
): Promise<ForeignFinding[]> {
  return findForeign(repository, { slot, host: ssh.host, newest: await index.newestGood(), keysToWrite })
}
