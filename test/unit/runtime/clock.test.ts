import { doClocksDiffer, storeClock } from '../../../src/runtime/clock'

const begun = Date.parse('2026-11-23T13:05:02.000Z')
const minuteMs = 60_000

/** A machine whose clock can be set, and a store that answers after some time. */
function machine() {
  const [wall, monotonic] = [{ ms: begun }, { ms: 5_000 }]
  const clock = storeClock({ now: () => new Date(wall.ms), monotonicMs: () => monotonic.ms })
  const pass = (ms: number) => {
    wall.ms += ms
    monotonic.ms += ms
  }
  return {
    clock,
    pass,
    /** As somebody does who sets the clock by hand. */
    set: (ms: number) => {
      wall.ms = ms
    },
    ask: (date: string | undefined, tookMs = 100) => {
      const answered = clock.asking()
      pass(tookMs)
      answered(date)
    },
  }
}

function http(ms: number): string {
  return new Date(ms).toUTCString()
}

describe('storeClock', () => {
  it('is the clock of the machine until the store has told its time', () => {
    const { clock, ask, pass } = machine()
    pass(1_000)
    ask(undefined)
    ask('soon')
    expect(clock.now()).toEqual(new Date(begun + 1_200))
    expect(clock.aheadMs()).toBeUndefined()
    expect(doClocksDiffer(clock)).toBe(false)
  })

  it.each([
    ['ahead', 5 * minuteMs],
    ['behind', -5 * minuteMs],
  ])('is that of the store from the first answer on, for a machine that is %s', (_, aheadMs) => {
    const { clock, ask, pass } = machine()
    ask(http(begun - aheadMs))
    pass(minuteMs)
    const apart = clock.now().getTime() - (begun - aheadMs) - minuteMs
    expect(Math.abs(apart)).toBeLessThanOrEqual(1_100)
    expect(doClocksDiffer(clock)).toBe(true)
  })

  it.each([
    [http(begun), 400, 0],
    [http(begun - 900), 400, 0],
    [http(begun + 9_000), 10_000, 0],
    [http(begun - 3_000), 100, 2_000],
    [http(begun + 9_000), 1_000, -8_000],
  ])('takes the way into account: the second %s, %s ms after the question', (date, tookMs, aheadMs) => {
    const { clock, ask } = machine()
    ask(date, tookMs)
    expect(clock.aheadMs()).toBe(aheadMs)
  })

  it('learns nothing from an answer that took longer than half a minute', () => {
    const { clock, ask } = machine()
    ask(http(begun), 31_000)
    expect(clock.aheadMs()).toBeUndefined()
    ask(http(begun + 31_000 - 10 * minuteMs))
    expect(clock.aheadMs()).toBe(10 * minuteMs - 1_000)
  })

  it('does not move when the clock of the machine is set, or another answer has another time', () => {
    const { clock, ask, set, pass } = machine()
    ask(http(begun - 10 * minuteMs))
    const before = clock.now().getTime()
    set(begun)
    ask(http(begun - 3 * minuteMs))
    pass(1_000)
    expect(clock.now().getTime()).toBe(before + 1_100)
  })
})

describe('doClocksDiffer', () => {
  it.each([
    [minuteMs, false],
    [-minuteMs, false],
    [minuteMs + 1, true],
    [-minuteMs - 1, true],
    [undefined, false],
  ])('is asked about %s ms', (aheadMs, differ) => {
    expect(doClocksDiffer({ aheadMs: () => aheadMs })).toBe(differ)
  })
})
