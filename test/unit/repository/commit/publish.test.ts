import { publicWarnings } from '../../../../src/findings/finding'
import { PublishError } from '../../../../src/repository/commit/publish-error'
import { recoverSlot } from '../../../../src/repository/commit/recover'
import { StoreError } from '../../../../src/store/store-error'
import type { Moment, StoreOperation } from '../../../memory/memory-faults'
import { type Content, prefix, slot, World } from '../ring'

const manifestKey = `${prefix}/${slot}.manifest.json`
const denied = new StoreError('Access denied.', { code: 'AccessDenied', status: 403 })
const silence = new StoreError('No answer came.', { code: 'ECONNRESET' })

describe('publish', () => {
  it('makes one recovery point of the prepared uploads', async () => {
    const world = new World()
    const { manifest, warnings } = await world.publish(await world.prepare(pair('new')))
    expect(warnings).toEqual([])
    expect(world.manifest()).toEqual(manifest)
    expect(manifest).toMatchObject({ state: 'complete', verdict: 'good', slot })
    expect(manifest).not.toHaveProperty('previous')
    expect(Date.parse(manifest.finishedAt)).toBeGreaterThan(Date.parse(manifest.startedAt))
    for (const artifact of manifest.artifacts) {
      expect(artifact).not.toHaveProperty('upload')
      expect(await world.store.head(artifact.key)).toMatchObject({
        etag: artifact.etag,
        versionId: artifact.versionId,
      })
    }
    expect(world.text(`${prefix}/${slot}.database.sql.gz`)).toBe('new rows, new rows.')
    expect(world.lies()).toEqual([])
  })

  it('shows an intent, with what it replaces, before any object changes', async () => {
    const world = new World()
    const { manifest: old } = await world.publish(await world.prepare(pair('old')))
    const oldObjects = objects(world)
    const prepared = await world.prepare(pair('new'))
    let intent: unknown
    world.onOperation = (operation, _key, moment) => {
      if (operation !== 'completeUpload' || moment !== 'before' || intent !== undefined) return
      intent = world.manifest()
      expect(objects(world)).toEqual(oldObjects)
    }
    await world.publish(prepared)
    expect(intent).toMatchObject({ state: 'publishing', previous: old, artifacts: prepared.artifacts })
  })

  it('removes objects that only the recovery point before named, and nothing else', async () => {
    const world = new World()
    await world.publish(await world.prepare(pair('old')))
    const strangers = [
      `${prefix}/${slot}.proof.json`,
      `${prefix}/${slot}.notes.txt`,
      `${prefix}/${slot}.x.database.sql.gz`,
    ]
    for (const key of strangers) await world.store.putText(key, 'kept', { contentType: 'text/plain' })
    await world.publish(await world.prepare([{ name: 'codebase', parts: ['new files'], compression: 'zstd' }]))
    expect(world.store.keys()).toEqual([...strangers, `${prefix}/${slot}.codebase.tar.zst`, manifestKey].sort())
  })

  it('does not remove what the manifest before named outside its slot', async () => {
    const world = new World()
    await world.publish(await world.prepare(pair('other'), 'Monday-12-00'))
    await world.publish(await world.prepare(pair('old')))
    const tampered = world.text(manifestKey).replace(`${slot}.database`, 'Monday-12-00.database')
    await world.store.putText(manifestKey, tampered, { contentType: 'application/json' })
    await world.publish(await world.prepare([{ name: 'codebase', parts: ['new files'] }]))
    expect(world.text(`${prefix}/Monday-12-00.database.sql.gz`)).toBe('other rows, other rows.')
  })

  it('keeps a stale object that it may not remove, and says so', async () => {
    const world = new World()
    await world.publish(await world.prepare(pair('old')))
    world.store.failAlways('remove', /./, denied)
    const { warnings } = await world.publish(await world.prepare([{ name: 'codebase', parts: ['new files'] }]))
    expect(warnings).toEqual([
      { code: 'stale-object-kept', level: 'warning', what: expect.stringContaining('.database.sql.gz') },
    ])
    expect(world.manifest()).toMatchObject({ state: 'complete', warnings: [] })
  })

  it('publishes with credentials that may only write, and says what it could not do', async () => {
    const world = new World()
    await world.publish(await world.prepare(pair('old')))
    for (const operation of ['getText', 'get', 'head', 'list', 'listUploads'] as const) {
      world.store.failAlways(operation, /./, denied)
    }
    const { manifest, warnings } = await world.publish(await world.prepare(pair('new')))
    expect(warnings.map(({ code }) => code)).toEqual(['previous-unreadable', 'store-unreadable'])
    expect(manifest.warnings).toEqual(publicWarnings(warnings))
    world.store.heal()
    expect(world.manifest()).toEqual(manifest)
    expect(world.lies()).toEqual([])
  })

  it('replaces a manifest that is damaged, with a warning', async () => {
    const world = new World()
    await world.store.putText(manifestKey, '{ "format": "make-a-backup/1" ', {
      contentType: 'application/json',
    })
    const { warnings } = await world.publish(await world.prepare(pair('new')))
    expect(warnings).toEqual([
      { code: 'previous-unreadable', level: 'warning', what: expect.stringContaining('is not JSON') },
    ])
    expect(world.lies()).toEqual([])
  })

  it.each([
    ['a recovery point of a later format', '{ "format": "make-a-backup/2" }', 'make-a-backup/2'],
    ['an intent that nobody recovered', undefined, 'was not recovered first'],
  ])('refuses to write over %s', async (_what, text, reason) => {
    const world = new World()
    const abandoned = await world.prepare(pair('abandoned'))
    if (text === undefined) {
      world.dieAt(4, 'before')
      await expect(world.publish(abandoned)).rejects.toThrow()
      world.revive()
    } else {
      await world.store.putText(manifestKey, text, { contentType: 'application/json' })
    }
    const photograph = world.photograph()
    const error = await failureOf(world, pair('new'))
    expect(error.message).toContain(reason)
    expect(error.isUnfinished).toBe(false)
    expect(world.photograph()).toEqual(photograph)
  })

  it.each([
    ['no artifact', []],
    ['the same artifact twice', [...pair('new'), ...pair('new')]],
  ])('refuses %s, before anything is written', async (_what, contents) => {
    const world = new World()
    const error = await failureOf(world, contents)
    expect(error.isUnfinished).toBe(false)
    expect(world.store.keys()).toEqual([])
    expect(await world.openUploads()).toEqual([])
  })

  it('refuses artifacts of another slot', async () => {
    const world = new World()
    const prepared = await world.prepare(pair('new'), 'Monday-12-00')
    await expect(world.publish({ ...prepared, slot })).rejects.toThrow('is not a key of slot')
    expect(world.store.keys()).toEqual([])
  })

  it('changes nothing when the intent is refused', async () => {
    const world = new World()
    await world.publish(await world.prepare(pair('old')))
    const photograph = world.photograph()
    world.store.failAlways('putText', /manifest/, denied)
    const error = await failureOf(world, pair('new'))
    expect(error).toMatchObject({ isUnfinished: false, safe: expect.stringContaining('Nothing has changed') })
    expect(world.photograph()).toEqual(photograph)
    expect(await world.openUploads()).toEqual([])
  })

  it('counts an intent whose reply was lost', async () => {
    const world = new World()
    world.store.failNext('putText', /manifest/, silence, 'after')
    await world.publish(await world.prepare(pair('new')))
    expect(world.manifest().state).toBe('complete')
  })

  it.each(['AccessDenied', 'InvalidPart', 'ECONNRESET'])(
    'puts everything back when the first completion fails with %s',
    async code => {
      const world = new World()
      await world.publish(await world.prepare(pair('old')))
      const photograph = world.photograph()
      const status = { AccessDenied: 403, InvalidPart: 400 }[code]
      const fault = new StoreError('It failed.', {
        code,
        ...(status === undefined ? {} : { status }),
        advice: 'Mend it.',
      })
      world.store.failAlways('completeUpload', /./, fault)
      const error = await failureOf(world, pair('new'))
      expect(error).toMatchObject({ isUnfinished: false, advice: 'Mend it.', cause: fault })
      expect(error.message).toBe(`Could not publish slot ${slot}: It failed.`)
      expect(world.photograph()).toEqual(photograph)
      expect(await world.openUploads()).toEqual([])
    },
  )

  it('leaves an empty slot empty when the first completion fails', async () => {
    const world = new World()
    world.store.failAlways('completeUpload', /./, denied)
    expect(await failureOf(world, pair('new'))).toMatchObject({ isUnfinished: false })
    expect(world.store.keys()).toEqual([])
  })

  it('leaves a marked, harmless manifest in an empty slot when it may not remove it', async () => {
    const world = new World()
    world.store.failAlways('completeUpload', /./, denied)
    world.store.failAlways('remove', /./, denied)
    const error = await failureOf(world, pair('new'))
    expect(error).toMatchObject({ isUnfinished: false, detail: [expect.stringContaining('not restorable')] })
    world.store.heal()
    expect(world.manifest().state).toBe('publishing')
    expect((await recoverSlot(world.repository, slot, world.clock)).outcome).toBe('nothing')
    await world.publish(await world.prepare(pair('next')))
    expect(world.manifest().state).toBe('complete')
  })

  it('leaves the intent, and says so, when a later completion fails', async () => {
    const world = new World()
    await world.publish(await world.prepare(pair('old')))
    world.store.failAlways('completeUpload', /codebase/, denied)
    const error = await failureOf(world, pair('new'))
    expect(error.message).toBe(`Slot ${slot} is unfinished: Access denied.`)
    expect(error.isUnfinished).toBe(true)
    expect(error.safe).toContain('Every other recovery point is unchanged.')
    expect(error.safe).toContain('cannot be restored until it is finished')
    expect(error.advice).toContain('the next backup, finishes it')
    expect(world.manifest().state).toBe('publishing')
    world.store.heal()
    expect((await recoverSlot(world.repository, slot, world.clock)).outcome).toBe('completed')
    expect(world.text(`${prefix}/${slot}.codebase.tar.gz`)).toBe('new files')
    expect(world.lies()).toEqual([])
  })

  it('leaves the intent when nothing is known of the recovery point before', async () => {
    const world = new World()
    await world.publish(await world.prepare(pair('old')))
    world.store.failAlways('getText', /./, denied)
    world.store.failAlways('completeUpload', /./, silence)
    const error = await failureOf(world, pair('new'))
    expect(error).toMatchObject({ isUnfinished: true, advice: expect.stringContaining('s3:GetObject') })
    expect(await world.openUploads()).toHaveLength(2)
  })

  it('counts a completion whose reply was lost', async () => {
    const world = new World()
    world.store.failNext('completeUpload', /database/, silence, 'after')
    const { manifest } = await world.publish(await world.prepare(pair('new')))
    expect(manifest.artifacts[0]?.etag).toMatch(/^[0-9a-f]{32}-2$/)
    expect(world.lies()).toEqual([])
  })

  it('does not abort the other uploads when the first one lands late', async () => {
    const world = new World()
    await world.publish(await world.prepare(pair('old')))
    const prepared = await world.prepare(pair('new'))
    const [first] = prepared.artifacts
    if (first === undefined) throw new Error('The builder has changed.')
    world.store.failNext('completeUpload', /database/, silence)
    world.onOperation = async (operation, _key, moment) => {
      if (operation !== 'abortUpload' || moment !== 'before') return
      world.onOperation = () => {}
      await world.store.completeUpload(first.key, first.upload.id, first.upload.partETags, first.bytes)
    }
    await expect(world.publish(prepared)).rejects.toMatchObject({ isUnfinished: true })
    expect(await world.openUploads()).toEqual([`${prefix}/${slot}.codebase.tar.gz`])
    expect((await recoverSlot(world.repository, slot, world.clock)).outcome).toBe('completed')
    expect(world.lies()).toEqual([])
  })

  it('is not content with an object that is not what was sent', async () => {
    const world = new World()
    const prepared = await world.prepare(pair('new'))
    world.onOperation = async (operation, key, moment) => {
      if (operation !== 'head' || moment !== 'before' || !key.includes('database')) return
      world.onOperation = () => {}
      await world.store.putText(key, 'NEW rows, new rows.', { contentType: 'text/plain' })
    }
    await expect(world.publish(prepared)).rejects.toThrow('does not hold what was sent')
    expect(world.manifest().state).toBe('publishing')
  })

  it('keeps the uploads when nobody can say whether the intent was written', async () => {
    const world = new World()
    await world.publish(await world.prepare(pair('old')))
    const prepared = await world.prepare(pair('new'))
    world.store.failAlways('putText', /./, silence, 'after')
    world.onOperation = (operation, _key, moment) => {
      if (operation === 'putText' && moment === 'after') world.store.failAlways('getText', /./, silence)
    }
    await expect(world.publish(prepared)).rejects.toMatchObject({ isUnfinished: true })
    world.onOperation = () => {}
    world.store.heal()
    expect((await recoverSlot(world.repository, slot, world.clock)).outcome).toBe('completed')
    expect(world.lies()).toEqual([])
  })

  it('is red when the last manifest is refused and may not be read back either', async () => {
    const world = new World()
    const prepared = await world.prepare(pair('new'))
    world.store.failAlways('getText', /./, denied)
    world.onOperation = operation => {
      if (operation === 'completeUpload') world.store.failAlways('putText', /./, denied)
    }
    await expect(world.publish(prepared)).rejects.toMatchObject({ isUnfinished: true })
    expect(world.manifest().state).toBe('publishing')
  })

  it('fails when the manifest reads back as something else', async () => {
    const world = new World()
    const prepared = await world.prepare(pair('new'))
    let writes = 0
    world.onOperation = async (operation, key, moment) => {
      if (operation !== 'putText' || moment !== 'after' || ++writes !== 2) return
      await world.store.putText(key, 'something else', { contentType: 'text/plain' })
    }
    await expect(world.publish(prepared)).rejects.toThrow('reads back as something else')
  })

  it('says the truth about the slot, whichever operation fails in whichever way', async () => {
    const claims = new Set<string>()
    for (const before of [undefined, pair('old')]) {
      for (const moment of ['before', 'after'] as const) {
        for (const fault of [denied, silence]) {
          for (const lasting of [false, true]) {
            for (let at = 1; ; at++) {
              const { world, photograph, isReached, error } = await publishFailing(before, {
                at,
                moment,
                fault,
                lasting,
              })
              if (!isReached) break
              expect(world.lies()).toEqual([])
              if (error === undefined) {
                expect(world.text(`${prefix}/${slot}.codebase.tar.gz`)).toBe('new files')
                expect(world.manifest().state).toBe('complete')
                claims.add('published')
              } else if (!error.isUnfinished) {
                expect(objects(world)).toEqual(objectsOf(photograph))
                if (world.text(manifestKey) !== (photograph.get(manifestKey) ?? '')) {
                  expect(error.detail.join()).toContain('not restorable')
                }
                claims.add('nothing changed')
              } else {
                await recoverSlot(world.repository, slot, world.clock)
                expect(world.lies()).toEqual([])
                expect(world.manifest().state).toBe('complete')
                claims.add('unfinished')
              }
            }
          }
        }
      }
    }
    expect(claims).toEqual(new Set(['published', 'nothing changed', 'unfinished']))
  })
})

interface Fault {
  at: number
  moment: Moment
  fault: StoreError
  /** Every operation of this kind fails from then on. */
  lasting: boolean
}

async function publishFailing(before: Content[] | undefined, { at, moment, fault, lasting }: Fault) {
  const world = new World()
  if (before !== undefined) await world.publish(await world.prepare(before))
  const photograph = world.photograph()
  const prepared = await world.prepare(pair('new'))
  let failing: StoreOperation | undefined
  const first = world.operationCount + at
  world.onOperation = (operation, _key, now) => {
    if (now !== moment) return
    const isFirst = world.operationCount === first && failing === undefined
    if (isFirst) failing = operation
    if (isFirst || (lasting && failing === operation)) throw fault
  }
  try {
    await world.publish(prepared)
    return { world, photograph, isReached: failing !== undefined, error: undefined }
  } catch (error) {
    if (!(error instanceof PublishError)) throw error
    return { world, photograph, isReached: true, error }
  } finally {
    world.onOperation = () => {}
  }
}

async function failureOf(world: World, contents: Content[]): Promise<PublishError> {
  try {
    await world.publish(await world.prepare(contents))
  } catch (error) {
    if (error instanceof PublishError) return error
    throw error
  }
  throw new Error('It was published.')
}

function pair(version: string): Content[] {
  return [
    { name: 'database', parts: [`${version} rows, `, `${version} rows.`] },
    { name: 'codebase', parts: [`${version} files`] },
  ]
}

function objects(world: World): [string, string][] {
  return objectsOf(world.photograph())
}

function objectsOf(photograph: Map<string, string>): [string, string][] {
  return [...photograph].filter(([key]) => !key.endsWith('.json'))
}
