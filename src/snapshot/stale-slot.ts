/** How long it takes until every slot of a ring of weekdays has been written anew. */
export const weekMs = 7 * 24 * 60 * 60 * 1000

/**
 * Whether a slot of the ring still holds what was taken more than a week ago, although its name comes round every week
 * (`Monday-13-00`, `Monday`) or with every run (`running`): its turn was skipped since. Names with a date never come round.
 */
export function isStaleSlot(slot: string, takenAt: Date, now: Date): boolean {
  return comesRound(slot) && now.getTime() - takenAt.getTime() > weekMs
}

function comesRound(slot: string): boolean {
  const hasWeekday = /(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day/.test(slot)
  return slot === 'running' || (hasWeekday && !/\d{4}/.test(slot))
}
