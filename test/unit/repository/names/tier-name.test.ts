import fc from 'fast-check'
import { tierEntryNames, tierOf, tiers } from '../../../../src/repository/names/tier-name'

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Sao_Paulo',
  'Asia/Kolkata',
]
const zone = fc.constantFrom(...zones)
const moment = fc.date({
  min: new Date('1990-01-01T00:00:00Z'),
  max: new Date('2090-01-01T00:00:00Z'),
  noInvalidDate: true,
})

describe('tierEntryNames', () => {
  it.each([
    ['2026-11-23T13:05:00Z', 'UTC', 'daily/2026-11-23 weekly/2026-W48 monthly/2026-11 yearly/2026'],
    ['2026-12-31T22:59:59Z', 'Europe/Berlin', 'daily/2026-12-31 weekly/2026-W53 monthly/2026-12 yearly/2026'],
    ['2026-12-31T23:00:00Z', 'Europe/Berlin', 'daily/2027-01-01 weekly/2026-W53 monthly/2027-01 yearly/2027'],
    ['2027-01-04T00:00:00Z', 'UTC', 'daily/2027-01-04 weekly/2027-W01 monthly/2027-01 yearly/2027'],
    ['2024-12-30T12:00:00Z', 'UTC', 'daily/2024-12-30 weekly/2025-W01 monthly/2024-12 yearly/2024'],
    ['2024-02-29T12:00:00Z', 'UTC', 'daily/2024-02-29 weekly/2024-W09 monthly/2024-02 yearly/2024'],
    // Samoa went to bed on Thursday and woke on Saturday.
    ['2011-12-30T09:59:59Z', 'Pacific/Apia', 'daily/2011-12-29 weekly/2011-W52 monthly/2011-12 yearly/2011'],
    ['2011-12-30T10:00:00Z', 'Pacific/Apia', 'daily/2011-12-31 weekly/2011-W52 monthly/2011-12 yearly/2011'],
  ])('names the periods of %s in %s', (time, timezone, names) => {
    expect(Object.values(tierEntryNames(new Date(time), timezone)).join(' ')).toBe(names)
  })

  it('never goes back in time, and is recognised', () => {
    fc.assert(
      fc.property(fc.tuple(moment, moment), zone, (pair, timezone) => {
        const [first, second] = pair.sort((a, b) => a.getTime() - b.getTime())
        for (const tier of tiers) {
          const [earlier, later] = [first, second].map(at => tierEntryNames(at ?? new Date(0), timezone)[tier])
          expect(String(earlier) <= String(later)).toBe(true)
          expect(tierOf(String(earlier))).toBe(tier)
        }
      }),
    )
  })

  it('gives the seven days from a Monday on one week, and the next Monday another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6_000 }), week => {
        // 1990-01-01 was a Monday.
        const name = (day: number) => tierEntryNames(new Date(Date.UTC(1990, 0, 1 + day, 12)), 'UTC').weekly
        const days = Array.from({ length: 7 }, (_, day) => name(week * 7 + day))
        expect(new Set(days).size).toBe(1)
        expect(name(week * 7 + 7)).not.toBe(days[0])
        const thursday = new Date(Date.UTC(1990, 0, 1 + week * 7 + 3))
        expect(days[0]?.slice('weekly/'.length, -'-W00'.length)).toBe(String(thursday.getUTCFullYear()))
      }),
    )
  })
})

describe('tierOf', () => {
  it.each([
    'daily/',
    'daily/2026-11-2',
    'daily/2026-13-01',
    'daily/2026-11-32',
    'daily/2026-W48',
    'weekly/2026-W00',
    'weekly/2026-W54',
    'monthly/2026-00',
    'monthly/2026',
    'yearly/20260',
    'hourly/2026',
    'x/yearly/2026',
    'yearly/2026\n',
    '2026-11-23',
    'Monday-13-00',
  ])('does not take %j for an entry', name => {
    expect(tierOf(name)).toBeUndefined()
  })
})
