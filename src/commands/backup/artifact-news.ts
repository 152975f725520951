import type { Finding } from '../../findings/finding'
import type { PreparedManifest } from '../../repository/commit/intend'
import { type Baseline, sameSource } from '../../repository/guards/baseline'
import { sourceOf } from '../../sources/registry'

/** What the new artifacts have that the last good ones did not, where that is worth a warning. `now`: of the same artifacts. */
export function artifactNews(
  { artifacts }: Pick<PreparedManifest, 'artifacts'>,
  { now, baseline }: { now: Baseline; baseline: Baseline | undefined },
): Finding[] {
  return artifacts.flatMap((artifact, index) => {
    const own = now.artifacts[index]
    return sourceOf(artifact).words.news?.(artifact, own && sameSource(baseline, own)) ?? []
  })
}
