import type { BackupInputs } from '../../../inputs/backup'
import type { PrefixIndex } from '../../../repository/catalog/prefix-index'
import type { ArtifactBaseline } from '../../../repository/guards/baseline'
import { type ForeignFinding, findForeign, findShared } from '../../../repository/guards/foreign-prefix'
import type { ScopedArtifact } from '../../../repository/guards/scoped-baseline'
import type { Repository } from '../../../repository/repository'
import type { RunIdentity } from '../../../runtime/runtime'
import { sources } from '../../../sources/registry'

/** What a run is about to write, and where. */
export interface PrefixToWrite {
  slot: string
  index: PrefixIndex
  keysToWrite: readonly string[]
  run: RunIdentity
}

/**
 * What is under the keys that a run would write, and is not this site's, or another workflow's. Throws `StoreError`.
 */
export async function foreignObjects(
  inputs: BackupInputs,
  repository: Repository,
  { slot, index, keysToWrite, run }: PrefixToWrite,
): Promise<ForeignFinding[]> {
  const newest = await index.newestGood()
  return [
    ...(await findForeign(repository, { slot, host: inputs.ssh.host, newest, keysToWrite })),
    ...findShared(newest, before => requestedOf(inputs, before), run),
  ]
}

function requestedOf(inputs: BackupInputs, before: ArtifactBaseline): ScopedArtifact {
  return (
    sources
      .find(({ kind }) => kind === before.kind)
      ?.backup(inputs)
      .requested(before) ?? { kept: before }
  )
}
