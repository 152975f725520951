import fc from 'fast-check'
import { parseRotation, slotName } from '../../../../src/repository/names/slot'
import { UserError } from '../../../../src/runtime/errors'

const hour = 3_600_000
const hourOfWeek = parseRotation('hour-of-week')
const named = (rotation: string, at: string, timezone = 'UTC') =>
  slotName(parseRotation(rotation), new Date(at), timezone)

describe('slotName', () => {
  const at = '2026-11-23T13:05:02.120Z'

  it.each([
    ['hour-of-week', 'Monday-13-00'],
    ['day-of-week', 'Monday'],
    ['running', 'running'],
    ['{weekday}_{hour}{minute}', 'Monday_1305'],
    ['{date}', '2026-11-23'],
    ['{year}-{month}-{day}-x', '2026-11-23-x'],
    ['{weekday}{weekday}', 'MondayMonday'],
  ])('names the slot of %s', (rotation, slot) => {
    expect(named(rotation, at)).toBe(slot)
  })

  it.each([
    ['the last minute of a year', '2026-12-31T23:59:59.999Z', 'UTC', '2026-12-31-Thursday-23-59'],
    ['the first of the next', '2027-01-01T00:00:00.000Z', 'UTC', '2027-01-01-Friday-00-00'],
    ['a year end elsewhere', '2026-12-31T23:30:00Z', 'Europe/Berlin', '2027-01-01-Friday-00-30'],
    ['a leap day', '2028-02-29T12:00:00Z', 'UTC', '2028-02-29-Tuesday-12-00'],
    ['no leap day', '2100-02-28T23:00:00Z', 'Asia/Tokyo', '2100-03-01-Monday-08-00'],
    ['midnight, which is hour 00', '2026-06-01T22:00:00Z', 'Europe/Berlin', '2026-06-02-Tuesday-00-00'],
    ['a half-hour zone', '2026-11-23T13:05:00Z', 'Asia/Kolkata', '2026-11-23-Monday-18-35'],
    ['a zone of three quarters', '2026-11-23T18:20:00Z', 'Asia/Kathmandu', '2026-11-24-Tuesday-00-05'],
    ['the far west', '2026-11-23T10:59:00Z', 'Pacific/Pago_Pago', '2026-11-22-Sunday-23-59'],
    ['the far east', '2026-11-23T10:00:00Z', 'Pacific/Kiritimati', '2026-11-24-Tuesday-00-00'],
  ])('knows %s', (_, moment, timezone, expected) => {
    expect(named('{date}-{weekday}-{hour}-{minute}', moment, timezone)).toBe(expected)
  })

  it('leaves out the slot of the hour that spring skips', () => {
    const slots = [0, 1, 2].map(hours => new Date(Date.UTC(2026, 2, 29, hours)).toISOString())
    expect(slots.map(moment => named('hour-of-week', moment, 'Europe/Berlin'))).toEqual([
      'Sunday-01-00',
      'Sunday-03-00',
      'Sunday-04-00',
    ])
  })

  it('names the same slot twice in the hour that autumn repeats', () => {
    const slots = [0, 1, 2].map(hours => new Date(Date.UTC(2026, 9, 25, hours)).toISOString())
    expect(slots.map(moment => named('hour-of-week', moment, 'Europe/Berlin'))).toEqual([
      'Sunday-02-00',
      'Sunday-02-00',
      'Sunday-03-00',
    ])
  })

  const moments = fc.date({
    min: new Date('2000-01-01T00:00:00Z'),
    max: new Date('2199-12-31T00:00:00Z'),
    noInvalidDate: true,
  })
  const steadyZones = fc.constantFrom('UTC', 'Asia/Kolkata', 'Asia/Kathmandu', 'Asia/Tokyo', 'Etc/GMT+12', 'Etc/GMT-14')

  it('gives the 168 hours of any week 168 names, and the next week the same ones', () => {
    fc.assert(
      fc.property(moments, steadyZones, (start, timezone) => {
        const week = (offset: number) =>
          Array.from({ length: 168 }, (_, index) =>
            slotName(hourOfWeek, new Date(start.getTime() + (offset + index) * hour), timezone),
          )
        const first = week(0)
        expect(new Set(first).size).toBe(168)
        expect(week(168)).toEqual(first)
      }),
      { numRuns: 20 },
    )
  })

  it('gives the 168 hours of a UTC week 168 names that do not depend on the minute', () => {
    fc.assert(
      fc.property(moments, fc.nat({ max: hour - 1 }), (start, later) => {
        const begin = Math.floor(start.getTime() / hour) * hour
        expect(slotName(hourOfWeek, new Date(begin + later), 'UTC')).toBe(slotName(hourOfWeek, new Date(begin), 'UTC'))
      }),
    )
  })

  it('agrees with the calendar of Date in UTC', () => {
    const template = parseRotation('{year}-{month}-{day}T{hour}-{minute}')
    fc.assert(
      fc.property(moments, moment => {
        const expected = moment.toISOString().slice(0, 16).replace(':', '-')
        expect(slotName(template, moment, 'UTC')).toBe(expected)
      }),
    )
  })

  it('holds only characters that are safe in a key, and is no name of the prefix itself', () => {
    const part = fc.constantFrom(
      '{weekday}',
      '{hour}',
      '{minute}',
      '{date}',
      '{year}',
      '{month}',
      '{day}',
      '-',
      '_',
      'daily',
      'x9',
    )
    const reserved = ['daily', 'weekly', 'monthly', 'yearly', 'suspect', 'before-restore', 'README', 'README.md']
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), moments, steadyZones, (parts, moment, timezone) => {
        fc.pre(parts.some(each => each.startsWith('{')))
        const slot = slotName(parseRotation(parts.join('')), moment, timezone)
        expect(slot).toMatch(/^[A-Za-z0-9_-]+$/)
        expect(reserved).not.toContain(slot)
      }),
    )
  })
})

describe('parseRotation', () => {
  const known =
    'Write hour-of-week, day-of-week, running, or a template of {weekday} {hour} {minute} {date} {year} {month} {day}.'
  const list = 'The placeholders are {weekday} {hour} {minute} {date} {year} {month} {day}.'
  const brace = 'A brace is without its other half. Write placeholders as in {weekday}.'
  const characters = 'Apart from placeholders a template may have only letters A to Z, digits, "_" and "-".'
  const fixed = `${known} Without a placeholder every run would overwrite the same slot: for that, write running.`

  it.each([
    ['', 'nothing', known],
    ['hourly', '"hourly"', fixed],
    ['Running', '"Running"', fixed],
    ['daily', '"daily"', fixed],
    ['true', '"true"', fixed],
    ['{week}', '"{week}"', `There is no {week}. ${list}`],
    ['{Hour}', '"{Hour}"', `There is no {Hour}. ${list}`],
    ['{ hour }', '"{ hour }"', `There is no { hour }. ${list}`],
    ['{}', '"{}"', `There is no {}. ${list}`],
    ['{constructor}', '"{constructor}"', `There is no {constructor}. ${list}`],
    ['{hour', '"{hour"', brace],
    ['hour}', '"hour}"', brace],
    ['{{hour}}', '"{{hour}}"', brace],
    ['{hour}.{minute}', '"{hour}.{minute}"', characters],
    ['daily/{date}', '"daily/{date}"', characters],
    ['../{date}', '"../{date}"', characters],
    ['{hour} {minute}', '"{hour} {minute}"', characters],
    ['{hour}:00', '"{hour}:00"', characters],
    ['{hour}é', '"{hour}é"', characters],
    ['{hour}\n', '"{hour}\\n"', characters],
    [`{hour}${'x'.repeat(75)}`, `"{hour}${'x'.repeat(74)}…"`, 'Keep it to 80 characters.'],
  ])('refuses %j', (text, seen, advice) => {
    let error: unknown
    try {
      parseRotation(text)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({
      message: `Input "rotation" must be a rotation or a template of slot names, got ${seen}.`,
      advice,
    })
  })

  it('keeps the text as it was written', () => {
    expect(parseRotation('hour-of-week').text).toBe('hour-of-week')
  })
})
