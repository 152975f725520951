import { sources } from '../../../sources/registry'
import type { BackupPlan } from './plan-backup'

/** What of an earlier recovery point this plan asks for too: each artifact is up to its source. */
export function scopeOf({ parts }: Pick<BackupPlan, 'parts'>): BackupPlan['parts'][number]['scope'] {
  return before => parts[sources.findIndex(({ kind }) => kind === before.kind)]?.scope(before) ?? { kept: before }
}
