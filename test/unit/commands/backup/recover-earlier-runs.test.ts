import { refusal } from '../../../memory/memory-upload'
import { openSite } from '../stage/a-site'
import { held, jsonIn, openUploads } from '../stage/bucket'
import { aStage, type Stage } from '../stage/stage'

let stage: Stage

beforeEach(async () => {
  stage = await aStage()
  await openSite(stage)
})

afterEach(() => stage.leave())

/** A run that is killed while it publishes, and whose post step never comes. */
async function interrupted(): Promise<void> {
  stage.onStore('completeUpload', /codebase/, () => stage.kill())
  expect(await stage.backup()).toMatchObject({ isKilled: true })
}

const stateOf = (slot: string) => jsonIn(stage.store, `backups/${slot}.manifest.json`)

describe('a backup behind one that was killed while it published', () => {
  it('finishes the other slot before it begins its own', async () => {
    await interrupted()
    stage.advance(3_600_000)
    const { error, log } = await stage.backup()
    expect(error).toBeUndefined()
    expect(log).toContain('Slot Monday-13-00 was left unfinished by an earlier run: completed.')
    const done = stage.writes()
    const finished = done.indexOf('putText Monday-13-00.manifest.json')
    expect(finished).toBeGreaterThanOrEqual(0)
    expect(finished).toBeLessThan(done.findIndex(operation => operation.startsWith('createUpload Monday-14-00')))
    expect([stateOf('Monday-13-00'), stateOf('Monday-14-00')]).toMatchObject([
      { state: 'complete' },
      { state: 'complete' },
    ])
    // What was recovered is what this one is held against.
    expect(log).toContain('The last good recovery point: Monday-13-00, taken 2026-11-23T13:05:02.120Z.')
  })

  it('finishes its own slot before it writes it anew', async () => {
    await interrupted()
    stage.advance(600_000)
    const { error, log } = await stage.backup()
    expect(error).toBeUndefined()
    expect(log).toContain('Slot Monday-13-00 was left unfinished by an earlier run: completed.')
    expect(stateOf('Monday-13-00')).toMatchObject({
      ...{ state: 'complete', startedAt: '2026-11-23T13:15:02.120Z' },
    })
  })

  it('streams nothing into a slot that cannot be settled', async () => {
    await interrupted()
    const before = held(stage.store)
    stage.store.failAlways('completeUpload', /codebase/, refusal('SlowDown', 503, 'complete an upload'))
    const { error } = await stage.backup()
    expect(error?.message).toContain(
      'The unfinished recovery point in slot Monday-13-00 could not be finished or rolled back',
    )
    expect(stage.jobs()).toEqual(['take-lock'])
    expect(held(stage.store)).toEqual(before)
  })

  it('goes on in its own slot when another one cannot be settled, and tells it', async () => {
    await interrupted()
    stage.advance(3_600_000)
    stage.store.failAlways('completeUpload', /Monday-13-00.codebase/, refusal('SlowDown', 503, 'complete an upload'))
    const { error, warnings } = await stage.backup()
    expect(error).toBeUndefined()
    expect(warnings.join()).toContain('Monday-13-00 could not be finished or rolled back')
    expect(stateOf('Monday-14-00')).toMatchObject({ state: 'complete' })
  })
})

describe('a backup behind one that was killed while it streamed', () => {
  it('drops the uploads that it left', async () => {
    stage.onStore('uploadPart', /blog/, () => stage.kill())
    await stage.backup()
    stage.advance(3_600_000)
    const { error, log } = await stage.backup()
    expect(error).toBeUndefined()
    expect(log).toContain('Aborted an unfinished upload of an earlier run: backups/Monday-13-00.shop.database.sql.gz.')
    expect(await openUploads(stage.store)).toEqual([])
  })
})
