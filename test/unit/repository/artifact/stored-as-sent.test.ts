import { isStoredAsSent } from '../../../../src/repository/artifact/stored-as-sent'
import type { Artifact, Manifest } from '../../../../src/repository/manifest/manifest'
import type { StoredObject } from '../../../../src/store/store'
import { prefix, slot, World } from '../ring'

const opaque = { etag: 'opaque', versionId: null }

describe('isStoredAsSent', () => {
  it('believes the ETag that the parts make, without reading', async () => {
    const { world, ask, seen } = await stored()
    expect(await ask(seen)).toBe(true)
    expect(reads(world)).toBe(0)
  })

  it('refuses another size whatever the other signs say, without reading', async () => {
    const { world, ask, seen } = await stored()
    expect(await ask({ ...seen, sizeBytes: seen.sizeBytes - 1 })).toBe(false)
    expect(await ask({ ...seen, ...opaque, sizeBytes: 0 }, opaque)).toBe(false)
    expect(reads(world)).toBe(0)
  })

  it('believes the ETag of the reply, or the metadata of the run, where ETags are not md5s', async () => {
    const { world, ask, seen } = await stored()
    expect(await ask({ ...seen, ...opaque, metadata: {} }, opaque)).toBe(true)
    expect(await ask({ ...seen, ...opaque })).toBe(true)
    expect(reads(world)).toBe(0)
  })

  it('reads the object when the signs disagree, and lets its content decide', async () => {
    const { world, ask, seen, key } = await stored()
    const etag = `${'0'.repeat(32)}-2`
    expect(await ask({ ...seen, etag }, { etag, versionId: null })).toBe(true)
    expect(reads(world)).toBe(1)
    await world.store.putText(key, 'NEW rows.', { contentType: 'text/plain' })
    expect(await ask({ ...seen, etag }, { etag, versionId: null })).toBe(false)
    expect(await ask({ ...seen, ...opaque }, { etag: 'another', versionId: null })).toBe(false)
    expect(await ask({ ...seen, ...opaque, metadata: {} })).toBe(false)
    expect(reads(world)).toBe(4)
  })
})

async function stored() {
  const world = new World()
  const prepared = await world.prepare([{ name: 'database', parts: ['new ', 'rows.'] }])
  const { manifest } = await world.publish(prepared)
  const key = `${prefix}/${slot}.database.sql.gz`
  const seen = await world.store.head(key)
  const [sent] = prepared.artifacts
  if (seen === undefined || sent === undefined) throw new Error('The builder has changed.')
  const artifact: Artifact = sent
  const origin: Manifest = manifest
  const ask = (object: StoredObject, reply?: typeof opaque) =>
    isStoredAsSent(world.store, origin, artifact, object, reply)
  return { world, ask, seen, key }
}

function reads(world: World): number {
  return world.store.operations.filter(operation => operation.startsWith('get ')).length
}
