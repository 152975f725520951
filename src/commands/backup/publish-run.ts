import type { PreparedManifest } from '../../repository/commit/intend'
import { type Published, publish } from '../../repository/commit/publish'
import { PublishError } from '../../repository/commit/publish-error'
import type { Runtime } from '../../runtime/runtime'
import type { Store } from '../../store/store'
import type { UnfinishedRun } from './unfinished-run'

/**
 * The commit. From here on the uploads belong to it, and being cancelled no longer stops it: it takes a moment, and half of
 * it is worse.
 */
export async function publishRun(
  prefix: string,
  manifest: PreparedManifest,
  run: UnfinishedRun,
  { runtime, store }: { runtime: Runtime; store: Store },
): Promise<Published> {
  run.isPublishing()
  try {
    const published = await publish({ store, prefix, manifest, clock: runtime.clock, log: runtime.log })
    run.isClean()
    return published
  } catch (error) {
    if (error instanceof PublishError && !error.isUnfinished) run.isClean()
    throw error
  }
}
