import type { ChainObject, FilesArtifact } from '../../../../../src/repository/manifest/manifest'
import { type LevelFacts, planLevel } from '../../../../../src/sources/files/levels/plan-level'
import { aFilesArtifact } from '../../../repository/a-baseline'

/** Wednesday of the week 48. */
const now = new Date('2026-11-25T13:05:00Z')
const monday = '2026-11-23T00:05:00.000Z'
const today = '2026-11-25T00:05:00.000Z'
const yesterday = '2026-11-24T00:05:00.000Z'
const lastWeek = '2026-11-16T00:05:00.000Z'

function anObject(level: number, takenAt: string): ChainObject {
  const digest = String(level).repeat(64)
  const key = `web1/base/${level === 0 ? 'week-0' : 'day-00'}.codebase.tar.gz`
  return { level, key, takenAt, sha256: digest, snapshot: digest, bytes: 1, etag: 'e', versionId: null }
}

/** The last good recovery point, which builds on these. */
function filesOn(chain: readonly ChainObject[], overrides: Partial<FilesArtifact> = {}): FilesArtifact {
  return {
    ...aFilesArtifact(),
    ...{ paths: ['/var/www/html'], exclude: ['*.log'] },
    ...(chain.length === 0 ? {} : { chain: [...chain] }),
    ...overrides,
  }
}

function lacking({ exclude: _, ...files }: FilesArtifact): FilesArtifact {
  return files
}

const [week, day] = [anObject(0, monday), anObject(1, today)]

function facts(overrides: Partial<LevelFacts> = {}): LevelFacts {
  return {
    ...{ every: 'week', now, timezone: 'UTC', paths: ['/var/www/html'], exclude: ['*.log'] },
    ...{ encoded: { compression: 'gzip' }, before: filesOn([week, day]), isReadable: true, isThere: async () => true },
    hasSameReaders: true,
    ...overrides,
  }
}

const always = { chains: [], base: 'always', meanwhile: [] }
const never = { chains: [], base: 'never', meanwhile: [] }

describe('what a run sends with a whole archive a week', () => {
  it('is what changed since that of the day, or since that of the week where the server cannot build on the first', async () => {
    expect(await planLevel(facts())).toEqual({ chains: [[week, day], [week]], base: 'if-whole', meanwhile: [] })
  })

  it('is what changed since the week on its first day, which has none of its own', async () => {
    const first = facts({ now: new Date('2026-11-23T13:05:00Z'), before: filesOn([week]) })
    expect(await planLevel(first)).toEqual({ chains: [[week]], base: 'if-whole', meanwhile: [] })
  })

  it('is a base of the day, on that of the week, once the last one is of another day', async () => {
    const late = anObject(1, yesterday)
    expect(await planLevel(facts({ before: filesOn([week, late]) }))).toEqual({
      ...{ chains: [[week]], base: 'always', meanwhile: [[week, late], [week]] },
      reason: 'a new day has begun: 2026-11-25',
    })
    expect(await planLevel(facts({ before: filesOn([week]) }))).toEqual({
      ...{ chains: [[week]], base: 'always', meanwhile: [[week]] },
      reason: 'a new day has begun: 2026-11-25',
    })
  })

  it('is a whole base once the last one is of another week, and builds on that as long as no name is free', async () => {
    const [old, late] = [anObject(0, lastWeek), anObject(1, '2026-11-22T00:05:00.000Z')]
    expect(await planLevel(facts({ before: filesOn([old, late]) }))).toEqual({
      ...{ chains: [], base: 'always', meanwhile: [[old, late], [old]] },
      reason: 'a new week has begun: 2026-W48',
    })
  })

  it('goes by the weeks and days of the time zone', async () => {
    const sunday = {
      now: new Date('2026-11-29T23:30:00Z'),
      before: filesOn([week, anObject(1, '2026-11-29T00:05:00Z')]),
    }
    expect(await planLevel(facts(sunday))).toMatchObject({ base: 'if-whole' })
    expect(await planLevel(facts({ ...sunday, timezone: 'Europe/Berlin' }))).toMatchObject({
      ...{ base: 'always', chains: [], reason: 'a new week has begun: 2026-W49' },
    })
  })

  it('builds on nothing of a later week or day when a clock was set back', async () => {
    const [nextWeek, tomorrow] = [anObject(0, '2026-12-01T00:05:00Z'), anObject(1, '2026-11-26T00:05:00Z')]
    expect(await planLevel(facts({ before: filesOn([nextWeek]) }))).toMatchObject({ chains: [], base: 'always' })
    expect(await planLevel(facts({ before: filesOn([week, tomorrow]) }))).toMatchObject({
      ...{ chains: [[week]], base: 'always' },
    })
  })

  it('leaves out a day that is not in the bucket any more', async () => {
    const isThere = async ({ level }: ChainObject) => level === 0
    expect(await planLevel(facts({ isThere }))).toMatchObject({ chains: [[week]], base: 'always', meanwhile: [[week]] })
  })
})

describe('what a run sends with a whole archive a day', () => {
  const whole = anObject(0, today)

  it('is what changed since that, and a new one the next day', async () => {
    expect(await planLevel(facts({ every: 'day', before: filesOn([whole]) }))).toEqual({
      ...{ chains: [[whole]], base: 'if-whole', meanwhile: [] },
    })
    expect(await planLevel(facts({ every: 'day', before: filesOn([week]) }))).toEqual({
      ...{ ...always, meanwhile: [[week]], reason: 'a new day has begun: 2026-11-25' },
    })
  })

  it('never builds on two, whatever was asked for before', async () => {
    expect(await planLevel(facts({ every: 'day', before: filesOn([whole, day]) }))).toMatchObject({ chains: [[whole]] })
  })
})

const first: [string, Partial<LevelFacts>, string][] = [
  ['there is no good recovery point', { before: undefined }, 'there is no good recovery point yet'],
  ['the last good one is whole by itself', { before: filesOn([]) }, 'the last good recovery point builds on none'],
  ['it has other folders', { paths: ['/var/www/html', '/etc'] }, '"paths" has changed'],
  ['it has fewer folders', { before: filesOn([week], { paths: ['/var/www/html', '/etc'] }) }, '"paths" has changed'],
  ['other files were left out', { exclude: [] }, '"exclude" has changed'],
  ['it does not say that anything was left out', { before: lacking(filesOn([week])) }, '"exclude" has changed'],
  [
    'its base is compressed in another way',
    { encoded: { compression: 'zstd' } },
    '"compression" or "encrypt-to" has changed',
  ],
  ['other keys open it', { hasSameReaders: false }, '"encrypt-to" has changed'],
  [
    'its base is not in the bucket, or another one is in its place',
    { isThere: async ({ level }) => level > 0 },
    '"web1/base/week-0.codebase.tar.gz" is not in the bucket any more',
  ],
]

it.each(first)('makes a whole base and builds on nothing when %s', async (_, overrides, reason) => {
  for (const every of ['week', 'day'] as const)
    expect(await planLevel(facts({ every, ...overrides }))).toEqual({ ...always, reason })
})

it('makes whole archives that nothing builds on each run, for a bucket that cannot be read, and of too many entries', async () => {
  expect(await planLevel(facts({ every: 'run' }))).toEqual(never)
  expect(await planLevel(facts({ isReadable: false }))).toEqual({
    ...{ ...never, reason: 'the credentials may not read the bucket, which says what is there' },
  })
  const content = { ...aFilesArtifact().content, files: 2_400_000, directories: 100_000, links: 1 }
  expect(await planLevel(facts({ before: filesOn([week], { content }) }))).toEqual({
    ...{ ...never, reason: 'there are 2,500,001 entries, more than 2,500,000' },
  })
})
