import { isStaleSlot } from '../../../src/snapshot/stale-slot'

const now = new Date('2026-11-25T17:00:00Z')
const eightDaysAgo = new Date('2026-11-17T17:00:00Z')

describe('isStaleSlot', () => {
  it.each(['Monday-13-00', 'Wednesday', 'nightly-Sunday', 'running'])(
    'marks a slot whose name comes round and that was passed by: %s',
    slot => expect(isStaleSlot(slot, eightDaysAgo, now)).toBe(true),
  )

  it.each(['2026-11-17', '2026-11-17-Tuesday', '17-17-00', 'November'])(
    'lets a slot be that does not come round in a week: %s',
    slot => expect(isStaleSlot(slot, eightDaysAgo, now)).toBe(false),
  )

  it('takes a week for a week, to the millisecond', () => {
    const aWeekAgo = new Date('2026-11-18T17:00:00Z')
    expect(isStaleSlot('Wednesday-17-00', aWeekAgo, now)).toBe(false)
    expect(isStaleSlot('Wednesday-17-00', new Date(aWeekAgo.getTime() - 1), now)).toBe(true)
  })
})
