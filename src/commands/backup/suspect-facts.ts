import { type Baseline, sameSource } from '../../repository/guards/baseline'
import { compareWith } from '../../repository/guards/changes'
import { sourceOf } from '../../sources/registry'
import type { SuspectFacts } from './run-report'

/** What a suspect recovery point lacks, and how it comes back. `baseline`: the last good one. */
export function suspectFacts(baseline: Baseline, now: Baseline): SuspectFacts {
  return {
    changes: compareWith(baseline, now),
    bringBack: baseline.artifacts.flatMap(before =>
      sourceOf(before).words.bringBack(before, sameSource(now, before), baseline.slot),
    ),
  }
}
