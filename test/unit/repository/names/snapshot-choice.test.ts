import { parseSnapshotChoice } from '../../../../src/repository/names/snapshot-choice'
import { UserError } from '../../../../src/runtime/errors'

describe('parseSnapshotChoice', () => {
  it('knows the latest', () => {
    expect(parseSnapshotChoice('latest')).toEqual({ kind: 'latest' })
  })

  it.each([
    'Monday-13-00',
    'Monday',
    'running',
    '2026-11-20',
    'daily/2026-11-20',
    'weekly/2026-W47',
    'monthly/2026-11',
    'yearly/2026',
    'suspect/Monday-13-00',
  ])('takes a name: %s', name => {
    expect(parseSnapshotChoice(name)).toEqual({ kind: 'name', name })
  })

  it.each([
    ['2026-11-23T13:00:00Z', '2026-11-23T13:00:00.000Z'],
    ['2026-11-23T13:00:00.250Z', '2026-11-23T13:00:00.250Z'],
    ['2026-11-23T13:00Z', '2026-11-23T13:00:00.000Z'],
    ['2026-11-23t13:00:00z', '2026-11-23T13:00:00.000Z'],
    ['2026-11-23 13:00:00Z', '2026-11-23T13:00:00.000Z'],
    ['2026-11-23T13:00:00+01:00', '2026-11-23T12:00:00.000Z'],
    ['2026-11-23T13:00:00-0530', '2026-11-23T18:30:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('takes a time with its zone: %s', (text, at) => {
    expect(parseSnapshotChoice(text)).toEqual({ kind: 'time', at: new Date(at) })
  })

  it.each([
    ['2026-11-23T13:00:00', 'Write the time zone too: 2026-11-23T13:00:00Z for UTC'],
    ['2026-11-23 13:00', 'Write the time zone too: 2026-11-23T13:00:00Z for UTC'],
    ['2026-02-29T13:00:00Z', 'There is no such moment.'],
    ['2026-11-23T25:00:00Z', 'There is no such moment.'],
    ['2026-11-23T13:00:00+99:00', 'There is no such moment.'],
    ['2026-11-23T13:00:00 CET', 'There is no such moment.'],
    ['Monday 13:00', 'Slots are written with hyphens'],
    ['Monday-13-00.manifest.json', 'Write the name of the slot alone'],
    ['running-backups/Monday-13-00.database.sql.gz', 'without the prefix'],
    ['web1/Monday-13-00', 'Write latest, a slot'],
    ['daily/2026-13-40', 'Write latest, a slot'],
    ['suspect/', 'Write latest, a slot'],
    ['', 'Write latest, a slot'],
    ['../etc', 'Write latest, a slot'],
    ['all', 'Only the action "verify" takes all of them.'],
  ])('refuses %s', (text, advice) => {
    const refused = expect.objectContaining({
      message: `Input "snapshot" must name a recovery point or a time, got "${text}".`,
      advice: expect.stringContaining(advice),
    })
    expect(() => parseSnapshotChoice(text)).toThrow(UserError)
    expect(() => parseSnapshotChoice(text)).toThrow(refused)
  })

  it('shows control characters, and the beginning of what is long', () => {
    expect(() => parseSnapshotChoice(`a\u001b${'b'.repeat(500)}`)).toThrow(/got "a\\x1bb{118}…"\.$/)
  })
})
