import { timezoneOf } from '../names/known-timezone'
import { isManualSlot } from '../names/manual-name'
import { parseRotation, slotName } from '../names/slot'

const hourMs = 60 * 60 * 1000
const dayMs = 24 * hourMs

/** How long it takes until every slot of a ring of weekdays has been written again. */
export const weekMs = 7 * dayMs

/** A recovery point, by its manifest. */
export interface TakenSlot {
  slot: string
  takenAt: Date
  timezone: string
}

/**
 * Whether a slot of the ring still has what was taken before its turn came again: its turn was skipped. Names come
 * round every week (`Monday-13-00`, `Monday`) or every day (`13-00`), and `running` with every run, for which a week is
 * allowed. Names with a date never do, nor ambiguous ones, nor those that a person chose. A run may start an hour late.
 */
export function isStaleSlot(taken: TakenSlot, now: Date): boolean {
  const roundMs = roundOf(taken)
  return roundMs !== undefined && now.getTime() - taken.takenAt.getTime() > roundMs + hourMs
}

const fields = parseRotation('{year}-{month}-{day}-{hour}-{minute}')

/** How often the name comes round; undefined when it does not, or when the name does not show it. */
function roundOf({ slot, takenAt, timezone }: TakenSlot): number | undefined {
  if (slot === 'running') return weekMs
  if (isManualSlot(slot)) return undefined
  const moment = slotName(fields, takenAt, timezoneOf({ timezone }))
  const [year = '', month = '', day = '', hour = '', minute = ''] = moment.split('-')
  const date = new Set([...pairs(year), month, day])
  const clock = new Set([hour, minute, '00'])
  const numbers = pairs(slot)
  if (/(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day/.test(slot)) {
    return numbers.every(number => clock.has(number) || !date.has(number)) ? weekMs : undefined
  }
  const isClock = numbers.every(number => clock.has(number) && !date.has(number))
  return isClock && numbers.includes(hour) ? dayMs : undefined
}

/** The numbers of a name, two digits each. */
function pairs(text: string): string[] {
  return text.match(/\d\d/g) ?? []
}
