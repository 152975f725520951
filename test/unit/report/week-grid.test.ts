import type { WeekPoint } from '../../../src/commands/run-facts'
import { weekGrid } from '../../../src/report/week-grid'

const now = new Date('2026-11-25T17:00:00Z')

function point(slot: string, takenAt: string, state: WeekPoint['state'] = 'good'): WeekPoint {
  return { slot, takenAt: new Date(takenAt), state }
}

function cellsOf(points: readonly WeekPoint[], missing: readonly string[] = [], timezone = 'UTC') {
  const days = weekGrid({ timezone, points, missing: missing.map(each => new Date(each)) }, now)
  return days.flatMap(({ name, hours }) =>
    hours.flatMap(({ state }, hour) => (state === 'none' ? [] : [`${name} ${hour} ${state}`])),
  )
}

describe('weekGrid', () => {
  it('has seven days of 24 hours, Monday first', () => {
    const days = weekGrid({ timezone: 'UTC', points: [], missing: [] }, now)
    expect(days.map(({ name }) => name.slice(0, 2))).toEqual(['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'])
    expect(days.map(({ hours }) => hours.length)).toEqual([24, 24, 24, 24, 24, 24, 24])
  })

  it('puts a slot of an hour into its hour, however late its run began, and others where they were taken', () => {
    const points = [point('Wednesday-16-00', '2026-11-25T17:00:00Z'), point('running', '2026-11-24T03:59:00Z')]
    expect(cellsOf(points)).toEqual(['Tuesday 3 good', 'Wednesday 16 good'])
    expect(cellsOf([point('running', '2026-11-24T23:30:00Z')], [], 'Europe/Berlin')).toEqual(['Wednesday 0 good'])
  })

  it('shows the last one of an hour, and a gap only where there is none', () => {
    const slot = 'Wednesday-16-00'
    const points = [point(slot, '2026-11-25T16:40:00Z', 'suspect'), point(slot, '2026-11-25T16:17:00Z', 'proven')]
    expect(cellsOf(points, ['2026-11-25T16:00:00Z', '2026-11-25T15:00:00Z'])).toEqual([
      'Wednesday 15 gap',
      'Wednesday 16 suspect',
    ])
  })

  it('leaves out what is older than a week, unless its slot should have been replaced', () => {
    expect(cellsOf([point('web-1', '2026-11-10T16:00:00Z')], ['2026-11-10T16:00:00Z'])).toEqual([])
    expect(cellsOf([point('Monday-13-00', '2026-11-09T13:17:00Z', 'stale')])).toEqual(['Monday 13 stale'])
  })
})
