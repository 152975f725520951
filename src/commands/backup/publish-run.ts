import type { PreparedManifest } from '../../repository/commit/intend'
import { type Published, publish } from '../../repository/commit/publish'
import { PublishError } from '../../repository/commit/publish-error'
import type { Repository } from '../../repository/repository'
import type { Runtime } from '../../runtime/runtime'
import type { UnfinishedRun } from './unfinished-run'

/** The commit. It owns the uploads from here on. A cancelled run finishes it: it takes a moment, and half is worse. */
export async function publishRun(
  manifest: PreparedManifest,
  run: UnfinishedRun,
  { runtime, repository }: { runtime: Runtime; repository: Repository },
): Promise<Published> {
  run.isPublishing()
  try {
    const published = await publish(repository, manifest, runtime)
    run.isClean()
    return published
  } catch (error) {
    if (error instanceof PublishError && !error.isUnfinished) run.isClean()
    throw error
  }
}
