import type { BackupInputs } from '../../../inputs/backup'
import type { PrefixIndex } from '../../../repository/catalog/prefix-index'
import { type ArtifactBaseline, baselineOf } from '../../../repository/guards/baseline'
import {
  type ForeignFinding,
  findForeign,
  findForeignHost,
  findShared,
} from '../../../repository/guards/foreign-prefix'
import type { ScopedArtifact } from '../../../repository/guards/scoped-baseline'
import type { Manifest } from '../../../repository/manifest/manifest'
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

/** Whether a recovery point is of this site and has all that this run is to take. */
export function isOfThisSite(inputs: BackupInputs, point: Manifest, run: RunIdentity): boolean {
  const { artifacts } = baselineOf(point)
  return (
    findForeignHost(point, inputs.ssh.host).length === 0 &&
    findShared(point, before => requestedOf(inputs, before), run).length === 0 &&
    sources.every(source => source.backup(inputs).isIn(artifacts.filter(({ kind }) => kind === source.kind)))
  )
}

function requestedOf(inputs: BackupInputs, before: ArtifactBaseline): ScopedArtifact {
  return (
    sources
      .find(({ kind }) => kind === before.kind)
      ?.backup(inputs)
      .requested(before) ?? { kept: before }
  )
}
