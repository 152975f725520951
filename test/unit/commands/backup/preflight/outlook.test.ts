import { restoreOutlook, sparingOutlook, storedOutlook } from '../../../../../src/commands/backup/preflight/outlook'
import { parseRotation } from '../../../../../src/repository/names/slot'

const gzip = { compression: { kind: 'gzip' } } as const
const none = { compression: { kind: 'none' } } as const
const rotation = (text: string) => ({ rotation: parseRotation(text) })
const parts = [
  { takes: { what: 'the database', bytes: 1e9 }, forRestore: { tools: ['mariadb'], others: ['MariaDB 10.11.'] } },
  { takes: { what: 'the files', bytes: 4e9 }, forRestore: { tools: ['tar'], others: ['An SSH login as root.'] } },
]

describe('storedOutlook', () => {
  it('says what an hourly ring comes to before the bill does', () => {
    expect(storedOutlook({ ...rotation('hour-of-week'), ...gzip }, parts, undefined)).toEqual([
      'About 5 GB for each recovery point before compression: the database 1 GB, the files 4 GB.',
      'A full ring of 168 slots takes up to 840 GB; with a run every hour, up to 3.6 TB leave the server each month. If that is too much: "exclude", "exclude-tables", or fewer runs ("rotation: day-of-week" with one a day).',
    ])
  })

  it('says what sending only what changed would come to, and counts with it where it is so', () => {
    const [database, files] = parts
    const sending = (full: 'run' | 'week') =>
      [database, { ...files, takes: { what: 'the files', bytes: 4e9, full } }] as never
    const told = (full: 'run' | 'week') =>
      storedOutlook({ ...rotation('hour-of-week'), ...none }, sending(full), undefined).at(-1)
    const figures =
      'The files whole once a week, and else what changed in them: about 747 GB leave the server each month, a full ring takes about 176 GB, and what changes.'
    expect(told('run')).toBe(`With "full-every: week": ${figures}`)
    expect(told('week')).toBe(figures)
  })

  it('counts with what the last good one takes, where there is one', () => {
    const newest = { slot: 'Monday-13-00', artifacts: [{ bytes: 5e8 }, { bytes: 5e8 }] }
    expect(storedOutlook({ ...rotation('hour-of-week'), ...gzip }, parts, newest).slice(1)).toEqual([
      'The last good recovery point, Monday-13-00, takes 1 GB in the bucket.',
      expect.stringMatching(/^A full ring of 168 slots takes 168 GB; with a run every hour, 730 GB leave the server/),
    ])
  })

  it.each([
    ['day-of-week', '7 slots takes 35 GB; with a run every day, 150 GB leave'],
    ['running', '1 slot takes 5 GB; each run sends 5 GB'],
    ['{weekday}-{hour}', '168 slots'],
    ['{month}-{day}', '372 slots takes 1.9 TB; each run sends 5 GB'],
  ])('knows the slots of %s', (text, said) => {
    expect(storedOutlook({ ...rotation(text), ...none }, parts, undefined).join(' ')).toContain(said)
  })

  it('says nothing of a week where names never come round again, and nothing at all of what is not known', () => {
    expect(storedOutlook({ ...rotation('{date}'), ...none }, parts, undefined)).toHaveLength(1)
    expect(storedOutlook({ ...rotation('running'), ...none }, [{ takes: undefined }], undefined)).toEqual([])
  })
})

describe('sparingOutlook', () => {
  const stored = (full: 'run' | 'week' | undefined, bytes = 4e9) => [{ bytes: 1e9 }, { bytes, ...(full && { full }) }]

  it('says after a run what sending only what changed would come to', () => {
    expect(sparingOutlook(rotation('hour-of-week'), stored('run'))).toBe(
      'With "full-every: week": The files whole once a week, and else what changed in them: about 747 GB leave the server each month, a full ring takes about 176 GB, and what changes.',
    )
  })

  it.each([
    ['it is so already', 'hour-of-week', stored('week')],
    ['it cannot be', 'hour-of-week', stored(undefined)],
    ['there is next to nothing to save', 'hour-of-week', stored('run', 1e6)],
    ['there are few runs', 'day-of-week', stored('run')],
    ['names do not come round by the week', '{date}', stored('run')],
    ['nothing was stored', 'hour-of-week', []],
  ])('says nothing where %s', (_why, text, artifacts) => {
    expect(sparingOutlook(rotation(text), artifacts)).toBeUndefined()
  })
})

describe('restoreOutlook', () => {
  it('says which tools, how much space, and what else', () => {
    expect(restoreOutlook(gzip, parts)).toEqual([
      'On the server: mariadb, tar, gzip.',
      'Free disk space: about 1 GB for the database, 4 GB for the files; what is replaced stays beside it until you remove it.',
      'MariaDB 10.11.',
      'An SSH login as root.',
    ])
  })
})
