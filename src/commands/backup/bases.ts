import { isSameObject } from '../../repository/artifact/reader'
import { freeBase } from '../../repository/bases/free-base'
import { objectMetadata } from '../../repository/manifest/object-metadata'
import { type BaseName, baseSlot } from '../../repository/names/base-name'
import type { Repository } from '../../repository/repository'
import type { Runtime } from '../../runtime/runtime'
import type { Bases } from '../../sources/backup-part'
import { isDenied } from '../../store/store-error'

/** The bases of a repository, for a run that began then and holds its lock. */
export function basesIn(
  repository: Repository,
  { clock, run }: Pick<Runtime, 'clock' | 'run'>,
  startedAt: string,
): Bases {
  return {
    free: kind => freeBase(repository, kind, clock),
    put: (base: BaseName) => ({
      contentType: 'application/octet-stream',
      metadata: objectMetadata({ slot: baseSlot(base), run, startedAt }),
    }),
    has: async object => {
      try {
        return isSameObject(await repository.store.head(object.key), object)
      } catch (error) {
        if (isDenied(error)) return false
        throw error
      }
    },
  }
}
