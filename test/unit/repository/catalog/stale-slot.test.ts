import { isStaleSlot } from '../../../../src/repository/catalog/stale-slot'
import { parseRotation, slotName } from '../../../../src/repository/names/slot'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = new Date('2026-11-25T17:00:00Z')
const ago = (ms: number) => new Date(now.getTime() - ms)

/** Whether the slot that a run of this rotation wrote so long ago is stale. */
function isStale(rotation: string, ageMs: number, timezone = 'UTC'): boolean {
  const takenAt = ago(ageMs)
  return isStaleSlot({ slot: slotName(parseRotation(rotation), takenAt, timezone), takenAt, timezone }, now)
}

describe('isStaleSlot', () => {
  it.each([
    'hour-of-week',
    'day-of-week',
    'running',
    'nightly-{weekday}',
    '{weekday}-{hour}{minute}',
    '{weekday}{hour}00',
    '{weekday}-{hour}-{minute}',
    'web2-{weekday}',
  ])('marks a slot whose name comes round every week and that was passed by: %s', rotation => {
    expect(isStale(rotation, 8 * dayMs)).toBe(true)
    expect(isStale(rotation, 30 * dayMs)).toBe(true)
    expect(isStale(rotation, 6 * dayMs)).toBe(false)
  })

  it.each(['{hour}-00', '{hour}', '{hour}{minute}', 'at-{hour}-{minute}'])(
    'marks one whose name comes round every day: %s',
    rotation => {
      expect(isStale(rotation, 30 * dayMs)).toBe(true)
      expect(isStale(rotation, 2 * dayMs)).toBe(true)
      expect(isStale(rotation, dayMs)).toBe(false)
    },
  )

  it.each([
    '{date}',
    '{date}-{weekday}',
    '{date}-{hour}-00',
    '{year}{month}{day}-{weekday}',
    '{weekday}-{month}-{day}',
    '{year}-{month}',
    '{day}',
    '{day}-{hour}-00',
    '{month}{day}{hour}{minute}',
  ])('lets a slot be whose name has a date: %s', rotation => {
    for (const days of [2, 8, 30]) expect(isStale(rotation, days * dayMs)).toBe(false)
  })

  it('lets one be whose numbers could be an hour or a day', () => {
    // The 17th, at 17 o'clock.
    expect(isStale('{hour}', 8 * dayMs)).toBe(false)
    // A weekday says what it is.
    expect(isStale('hour-of-week', 8 * dayMs)).toBe(true)
  })

  it('lets one be that holds a word of its own', () => {
    expect(isStaleSlot({ slot: 'November', takenAt: ago(30 * dayMs), timezone: 'UTC' }, now)).toBe(false)
  })

  it('reads a name by the clock that it was written by', () => {
    expect(isStale('{hour}-00', 2 * dayMs, 'Asia/Tokyo')).toBe(true)
    const slot = { slot: '02-00', takenAt: ago(2 * dayMs) }
    expect(isStaleSlot({ ...slot, timezone: 'Asia/Tokyo' }, now)).toBe(true)
    expect(isStaleSlot({ ...slot, timezone: 'Mars/Olympus' }, now)).toBe(false)
  })

  it('gives the run whose turn it is an hour to begin', () => {
    for (const [rotation, roundMs] of [
      ['hour-of-week', 7 * dayMs],
      ['running', 7 * dayMs],
      ['{hour}-00', dayMs],
    ] as const) {
      expect(isStale(rotation, roundMs + hourMs)).toBe(false)
      expect(isStale(rotation, roundMs + hourMs + 1)).toBe(true)
    }
  })
})
