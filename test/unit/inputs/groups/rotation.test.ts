import { loadRotation, readName } from '../../../../src/inputs/groups/rotation'
import { faultsOf, given, refusal } from '../reading'

describe('loadRotation', () => {
  it('is hour-of-week in UTC when nothing is set', () => {
    const { rotation, timezone } = loadRotation(given())
    expect(rotation.text).toBe('hour-of-week')
    expect(timezone).toBe('UTC')
  })

  it('reads a template', () => {
    expect(loadRotation(given({ rotation: '{weekday}-{hour}' })).rotation.parts).toEqual([
      { placeholder: 'weekday' },
      { literal: '-' },
      { placeholder: 'hour' },
    ])
  })

  it.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])(
    'takes the zone %s',
    timezone => {
      expect(loadRotation(given({ timezone })).timezone).toBe(timezone)
    },
  )

  const place = 'An offset has no daylight saving time. Write a place, as in: Europe/Berlin, or UTC.'
  it.each([
    ['+02:00', place],
    ['-0530', place],
    ['+2', place],
    ['UTC+2', place],
    ['GMT-3', place],
    ['Berlin', 'For example: UTC or Europe/Berlin'],
    ['W. Europe Standard Time', 'For example: UTC or Europe/Berlin'],
    ['true', 'For example: UTC or Europe/Berlin'],
    ['2', 'For example: UTC or Europe/Berlin'],
  ])('refuses the zone %s', (timezone, advice) => {
    const error = refusal(() => loadRotation(given({ timezone })))
    expect(error.message).toBe(`Input "timezone" must be an IANA time zone, got "${timezone}".`)
    expect(error.advice).toBe(advice)
  })

  it('names everything that is wrong', () => {
    const error = refusal(() => loadRotation(given({ rotation: '{minut}', timezone: 'Mars' })))
    expect(faultsOf(error)).toEqual([
      'Input "rotation" must be a rotation or a template of slot names, got "{minut}". There is no {minut}. The placeholders are {weekday} {hour} {minute} {date} {year} {month} {day}.',
      'Input "timezone" must be an IANA time zone, got "Mars". For example: UTC or Europe/Berlin',
    ])
  })
})

const readOf = (name: string) => readName(given({ name }))

describe('readName', () => {
  it.each(['before-update', 'Release_7', 'x'.repeat(80)])('takes %s', name => {
    expect(readOf(name)).toBe(name)
  })

  it('is absent for a run of the ring', () => {
    expect(readOf('')).toBeUndefined()
  })

  it.each([
    ['before update!', 'before-update'],
    ['manual/before-update', 'before-update'],
    ['../x', 'x'],
    ['v1.2', 'v1-2'],
    ['ä', 'before-update'],
    ['x'.repeat(81), 'x'.repeat(80)],
  ])('refuses "%s" and proposes %s', (name, better) => {
    const error = refusal(() => readOf(name))
    expect(error.message).toMatch(/^Input "name" must have only letters A to Z, digits/)
    expect(error).toMatchObject({ advice: `For example: ${better}` })
  })
})
