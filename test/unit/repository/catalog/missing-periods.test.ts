import type { CatalogPoint } from '../../../../src/repository/catalog/catalog'
import { missingPeriods } from '../../../../src/repository/catalog/missing-periods'
import { World } from '../ring'

const repository = new World().repository
const hourMs = 3_600_000
const now = new Date('2026-11-23T13:50:00.000Z')

function taken(at: string, changes: Partial<CatalogPoint> = {}, timezone = 'UTC'): CatalogPoint {
  const takenAt = new Date(at)
  return {
    ...{ name: at, repository, slot: 'Monday-13-00', place: 'ring', state: 'good', isSigned: false },
    storedAt: new Date(takenAt.getTime() + 90_000),
    facts: {
      ...{ takenAt, finishedAt: takenAt, host: 'web1', timezone },
      ...{ databases: [], files: undefined, isEncrypted: false, warnings: 0, runUrl: '' },
    },
    ...changes,
  }
}

/** So many hours before 13:17, the newest first. */
function hours(count: number, first = 0): CatalogPoint[] {
  return Array.from({ length: count }, (_, index) =>
    taken(new Date(Date.parse('2026-11-23T13:17:00Z') - (first + index) * hourMs).toISOString()),
  )
}

const missing = (entries: CatalogPoint[], everyMs = hourMs, at = now) =>
  missingPeriods(entries, everyMs, at).missing.map(time => time.toISOString())

describe('missingPeriods', () => {
  it('misses nothing in a full ring', () => {
    expect(missingPeriods(hours(168), hourMs, now)).toEqual({
      ...{ everyMs: hourMs, since: new Date('2026-11-16T14:00:00Z'), count: 167, missing: [] },
    })
  })

  it('names the hours that were skipped, the oldest first', () => {
    const entries = hours(168).filter((_, index) => ![1, 2, 30].includes(index))
    expect(missing(entries)).toEqual([
      '2026-11-22T07:00:00.000Z',
      '2026-11-23T11:00:00.000Z',
      '2026-11-23T12:00:00.000Z',
    ])
  })

  it('counts none that was named for an hour', () => {
    const by = taken('2026-11-23T11:40:00.000Z', { place: 'manual', slot: 'manual/before-update' })
    expect(missing([...hours(1, 1), by, ...hours(2, 3)])).toEqual(['2026-11-23T11:00:00.000Z'])
  })

  it('does not expect the hour that is not over yet', () => {
    expect(missing(hours(5, 1))).toEqual([])
    expect(missing(hours(5, 2))).toEqual(['2026-11-23T12:00:00.000Z'])
  })

  it('counts a late start for the hour that it falls in, as its slot does', () => {
    const entries = [
      taken('2026-11-23T12:59:59.999Z'),
      taken('2026-11-23T11:00:00.000Z'),
      taken('2026-11-23T09:17:00.000Z'),
    ]
    expect(missing(entries)).toEqual(['2026-11-23T10:00:00.000Z'])
    const late = [taken('2026-11-23T13:02:00.000Z'), taken('2026-11-23T11:17:00.000Z')]
    expect(missing(late)).toEqual(['2026-11-23T12:00:00.000Z'])
  })

  it('begins with the oldest of the ring', () => {
    expect(missingPeriods(hours(3), hourMs, now)).toMatchObject({
      ...{ since: new Date('2026-11-23T11:00:00Z'), count: 2, missing: [] },
    })
  })

  it('begins a week ago where the ring has older ones: an outage that is over leaves a gap', () => {
    const found = missingPeriods([...hours(3), ...hours(160, 8 * 24)], hourMs, now)
    expect(found).toMatchObject({ since: new Date('2026-11-16T14:00:00Z'), count: 167 })
    expect(found.missing).toHaveLength(165)
    expect(found.missing.at(-1)).toEqual(new Date('2026-11-23T10:00:00Z'))
  })

  it('begins with what cannot be restored as well, by its own time or by that of its manifest', () => {
    const damaged = [4, 5].flatMap(back => hours(1, back)).map(each => ({ ...each, state: 'damaged' as const }))
    const { facts, ...unreadable } = taken('2026-11-23T07:17:00.000Z', { state: 'unreadable' })
    expect(facts).toBeDefined()
    expect(missingPeriods(damaged, hourMs, now).missing).toHaveLength(5)
    expect(missingPeriods([...damaged, unreadable], hourMs, now).missing).toHaveLength(6)
  })

  it('misses all of the last week when nothing was taken since', () => {
    const found = missingPeriods([taken('2026-11-01T13:17:00.000Z')], hourMs, now)
    expect(found).toMatchObject({ since: new Date('2026-11-16T14:00:00Z'), count: 167 })
    expect(found.missing).toHaveLength(167)
  })

  it('expects nothing where there is no ring', () => {
    const entries = [taken('2026-11-22T13:17:00.000Z', { place: 'daily' })]
    for (const each of [[], entries]) {
      expect(missingPeriods(each, hourMs, now)).toMatchObject({ count: 0, missing: [] })
    }
  })

  it('counts only what is good, wherever it lies', () => {
    const entries = [
      ...hours(1),
      taken('2026-11-23T12:17:00.000Z', { place: 'suspect', state: 'suspect' }),
      taken('2026-11-23T11:17:00.000Z', { state: 'unfinished' }),
      taken('2026-11-23T10:17:00.000Z', { place: 'daily' }),
      taken('2026-11-23T09:17:00.000Z'),
    ]
    expect(missing(entries)).toEqual(['2026-11-23T11:00:00.000Z', '2026-11-23T12:00:00.000Z'])
  })

  it('takes days and hours of the clock that names the slots', () => {
    const india = (at: string) => taken(at, {}, 'Asia/Kolkata')
    const entries = [india('2026-11-23T13:35:00.000Z'), india('2026-11-23T11:35:00.000Z')]
    expect(missing(entries)).toEqual(['2026-11-23T12:30:00.000Z'])
    const berlin = ['2026-11-22T23:05:00.000Z', '2026-11-20T22:55:00.000Z'].map(at => taken(at, {}, 'Europe/Berlin'))
    expect(missing(berlin, 24 * hourMs)).toEqual(['2026-11-20T23:00:00.000Z', '2026-11-21T23:00:00.000Z'])
  })

  it('goes by UTC where the zone is none that it knows', () => {
    expect(missing([taken('2026-11-23T11:17:00.000Z', {}, 'Mars/Olympus')])).toEqual(['2026-11-23T12:00:00.000Z'])
  })

  it('is not led astray by a clock that runs ahead', () => {
    const ahead = taken('2026-11-23T20:17:00.000Z', { storedAt: new Date('2026-11-23T13:18:30.000Z') })
    expect(missing([ahead, ...hours(3, 1)])).toEqual([])
    expect(missing([taken('2026-11-23T15:17:00.000Z')])).toEqual([])
  })
})

describe('the days on which clocks are set', () => {
  const berlin = (at: string) => taken(at, {}, 'Europe/Berlin')
  const every = (fromMs: number, count: number) =>
    Array.from({ length: count }, (_, index) => new Date(fromMs + index * hourMs).toISOString())

  it('have an hour less in spring, which nobody misses', () => {
    // 2027-03-28, 02:00 becomes 03:00, which is 01:00 UTC.
    const entries = every(Date.parse('2027-03-27T22:17:00Z'), 6).reverse().map(berlin)
    expect(missingPeriods(entries, hourMs, new Date('2027-03-28T03:50:00Z'))).toMatchObject({
      ...{ count: 5, missing: [] },
    })
    const days = ['2027-03-29T10:00:00Z', '2027-03-27T10:00:00Z'].map(berlin)
    expect(missing(days, 24 * hourMs, new Date('2027-03-29T23:00:00Z'))).toEqual(['2027-03-27T23:00:00.000Z'])
  })

  it('have an hour twice in autumn, whose slot is one', () => {
    // 2026-10-25, 03:00 becomes 02:00, which is 01:00 UTC.
    const entries = ['02:17', '01:17', '23:17'].map((clock, index) =>
      berlin(`2026-10-${index < 2 ? 25 : 24}T${clock}:00Z`),
    )
    expect(missing(entries, hourMs, new Date('2026-10-25T02:50:00Z'))).toEqual([])
    const [first, , third] = entries
    expect(
      missing(
        [first, third].flatMap(entry => entry ?? []),
        hourMs,
        new Date('2026-10-25T02:50:00Z'),
      ),
    ).toEqual(['2026-10-25T00:00:00.000Z'])
  })
})
