import type { BackupInputs } from '../../../inputs/backup'
import { manualSlot } from '../../../repository/names/manual-name'
import { slotName } from '../../../repository/names/slot'

/** The slot that a run writes: that of its name, or of its hour in the ring. */
export function slotOfRun(
  { name, rotation, timezone }: Pick<BackupInputs, 'name' | 'rotation' | 'timezone'>,
  startedAt: Date,
): string {
  return name === undefined ? slotName(rotation, startedAt, timezone) : manualSlot(name)
}
