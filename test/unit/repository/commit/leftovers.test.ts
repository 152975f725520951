import { abortLeftovers, uploadIdsOf } from '../../../../src/repository/commit/leftovers'
import { StoreError } from '../../../../src/store/store-error'
import { type Content, prefix, slot, World } from '../ring'

const hourMs = 3_600_000
const denied = new StoreError('Access denied.', { code: 'AccessDenied', status: 403 })
const contents: Content[] = [
  { name: 'shop.database', parts: ['rows'] },
  { name: 'codebase', parts: ['files'] },
]

describe('abortLeftovers', () => {
  it('aborts old uploads of any slot, and young ones of the slot being written', async () => {
    const world = new World()
    await world.prepare(contents, 'Monday-11-00')
    world.pass(hourMs)
    await world.prepare(contents, 'Monday-12-00')
    await world.prepare(contents, slot)
    const { aborted, warnings } = await abortIn(world)
    expect(warnings).toEqual([])
    expect(aborted.map(({ key }) => key).sort()).toEqual(
      ['Monday-11-00', slot].flatMap(name => [
        `${prefix}/${name}.codebase.tar.gz`,
        `${prefix}/${name}.shop.database.sql.gz`,
      ]),
    )
    expect(await world.openUploads()).toEqual([
      `${prefix}/Monday-12-00.codebase.tar.gz`,
      `${prefix}/Monday-12-00.shop.database.sql.gz`,
    ])
  })

  it('never touches an upload that is not one of ours', async () => {
    const world = new World()
    const keys = ['notes.txt', `${slot}.manifest.json`, `daily/${slot}.database.sql.gz`, `${slot}.database.sql.bz2`]
    const foreign = [...keys.map(key => `${prefix}/${key}`), `other/${slot}.database.sql.gz`, `${slot}.database.sql.gz`]
    for (const key of foreign) await world.store.createUpload(key, { contentType: 'text/plain' })
    world.pass(10 * hourMs)
    expect((await abortIn(world)).aborted).toEqual([])
    expect(await world.openUploads()).toEqual([...foreign].sort())
  })

  it('keeps uploads that an intent refers to', async () => {
    const world = new World()
    for (const name of ['Monday-11-00', slot]) {
      const prepared = await world.prepare(contents, name)
      world.dieAt(2, 'after')
      await expect(world.publish(prepared)).rejects.toThrow()
      world.revive()
      expect(uploadIdsOf(world.manifest(name))).toEqual(prepared.artifacts.map(({ upload }) => upload.id))
    }
    world.pass(10 * hourMs)
    expect((await abortIn(world)).aborted).toEqual([])
  })

  it('aborts, where manifests may not be read, in the slot being written alone', async () => {
    const world = new World()
    await world.prepare(contents, 'Monday-11-00')
    await world.prepare(contents, slot)
    world.pass(hourMs)
    world.store.failAlways('getText', /./, denied)
    const { aborted } = await abortIn(world)
    expect(new Set(aborted.map(({ key }) => key.split('.')[0]))).toEqual(new Set([`${prefix}/${slot}`]))
  })

  it('warns when it may not list, or may not abort, and goes on', async () => {
    const world = new World()
    await world.prepare(contents)
    world.store.failAlways('abortUpload', /codebase/, denied)
    const { aborted, warnings } = await abortIn(world)
    expect(aborted.map(({ key }) => key)).toEqual([`${prefix}/${slot}.shop.database.sql.gz`])
    expect(warnings).toEqual([
      { code: 'leftover-uploads', level: 'warning', what: expect.stringContaining('.codebase.tar.gz') },
    ])
    world.store.failAlways('listUploads', /./, denied)
    expect(await abortIn(world)).toEqual({
      aborted: [],
      warnings: [{ code: 'leftover-uploads', level: 'warning', what: expect.stringContaining('could not be listed') }],
    })
  })
})

function abortIn(world: World) {
  return abortLeftovers(world.repository, slot, world.clock)
}
