/** The folder next to the ring for recovery points that a person has named. Nothing removes them. */
export const manualFolder = 'manual'

/** The slot of a recovery point with this name: `manual/before-update`. */
export function manualSlot(name: string): string {
  return `${manualFolder}/${name}`
}

/** Whether a recovery point may have this name: letters, digits, `_` and `-`, 80 at most. */
export function isManualName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,80}$/.test(name)
}

/** Whether a slot is that of a named recovery point. */
export function isManualSlot(slot: string): boolean {
  return slot.startsWith(`${manualFolder}/`) && isManualName(slot.slice(manualFolder.length + 1))
}
