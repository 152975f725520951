import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { steadyRead } from '../../../src/store/steady-read'
import { StoreError } from '../../../src/store/store-error'
import { type MemoryStore, memoryStore } from '../../memory/memory-store'

const key = 'running-backups/Monday-13-00.database.sql.gz'
const put = { contentType: 'application/octet-stream' }
const reset = new StoreError('reset', { code: 'ECONNRESET' })
const quick = { pauseMs: 1 }

let store: MemoryStore
let bytes: Buffer

async function hold(content: Buffer): Promise<void> {
  const uploadId = await store.createUpload(key, put)
  const etag = await store.uploadPart(key, uploadId, 1, content)
  await store.completeUpload(key, uploadId, [etag], content.length)
}

async function described() {
  const held = await store.head(key)
  if (held === undefined) throw new Error('There is no object.')
  return { key, etag: held.etag, sizeBytes: held.sizeBytes }
}

function gets(): number {
  return store.operations.filter(operation => operation === `get ${key}`).length
}

beforeEach(async () => {
  store = memoryStore()
  bytes = randomBytes(1_000_000)
  await hold(bytes)
})

describe('steadyRead', () => {
  it('reads an object in one request when nothing goes wrong', async () => {
    expect((await buffer(steadyRead(store, await described()))).equals(bytes)).toBe(true)
    expect(gets()).toBe(1)
  })

  it('goes on behind the last byte that came, as often as it takes', async () => {
    for (const afterBytes of [100_000, 7, 0, 65_536, 300_001, 1, 0, 0, 0, 0, 99]) store.cutNext(/./, afterBytes, reset)
    expect((await buffer(steadyRead(store, await described(), quick))).equals(bytes)).toBe(true)
    expect(gets()).toBe(12)
  })

  it('tries again when the request itself fails', async () => {
    store.failNext('get', /./, new StoreError('slow down', { code: 'SlowDown', status: 503 }))
    store.failNext('get', /./, reset)
    expect((await buffer(steadyRead(store, await described(), quick))).equals(bytes)).toBe(true)
    expect(gets()).toBe(3)
  })

  it('gives up a store that breaks each connection after a few bytes', async () => {
    for (let times = 0; times < 200; times++) store.cutNext(/./, 10, reset)
    await expect(buffer(steadyRead(store, await described(), quick))).rejects.toBe(reset)
    expect(gets()).toBe(100)
  })

  it('reads no further than the object should be long', async () => {
    const reading = buffer(steadyRead(store, { ...(await described()), sizeBytes: 10 }))
    await expect(reading).rejects.toMatchObject({ code: 'PreconditionFailed' })
  })

  it('is done when the connection breaks behind the last byte', async () => {
    store.cutNext(/./, bytes.length, reset)
    expect((await buffer(steadyRead(store, await described(), quick))).equals(bytes)).toBe(true)
    expect(gets()).toBe(1)
  })

  it('reads an empty object', async () => {
    await hold(Buffer.alloc(0))
    expect(await buffer(steadyRead(store, await described()))).toHaveLength(0)
  })

  it('gives up after six faults without a byte between them, with the last one', async () => {
    store.cutNext(/./, 500_000, reset)
    for (let count = 0; count < 5; count++) store.cutNext(/./, 0, reset)
    await expect(buffer(steadyRead(store, await described(), quick))).rejects.toBe(reset)
    expect(gets()).toBe(6)
  })

  it.each(['AccessDenied', 'InvalidObjectState'])('does not try again after %s', async code => {
    const refused = new StoreError('no', { code, status: 403 })
    store.failAlways('get', /./, refused)
    await expect(buffer(steadyRead(store, await described(), quick))).rejects.toBe(refused)
    expect(gets()).toBe(1)
  })

  it('never mixes two objects: one that was replaced on the way fails the stream', async () => {
    const object = await described()
    store.cutNext(/./, 400_000, reset)
    const stream = steadyRead(store, object, quick)
    stream.once('data', () => {
      void hold(randomBytes(1_000_000))
    })
    await expect(buffer(stream)).rejects.toMatchObject({ code: 'PreconditionFailed' })
  })

  it('says when the object has gone', async () => {
    const object = await described()
    await store.remove(key)
    const read = buffer(steadyRead(store, object, quick))
    await expect(read).rejects.toMatchObject({ code: 'NoSuchKey' })
    await expect(read).rejects.toThrow(`Could not read "${key}" from memory://bucket: it no longer exists.`)
  })

  it('takes no more than its reader takes', async () => {
    await hold(randomBytes(8 * 2 ** 20))
    const stream = steadyRead(store, await described())
    let taken = 0
    let aheadAtMost = 0
    let read = 0
    const push = stream.push.bind(stream)
    stream.push = (chunk: Buffer | null) => {
      read += chunk?.length ?? 0
      return push(chunk)
    }
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        taken += chunk.length
        aheadAtMost = Math.max(aheadAtMost, read - taken)
        setImmediate(done)
      },
    })
    await pipeline(stream, slow)
    expect(taken).toBe(8 * 2 ** 20)
    expect(aheadAtMost).toBeLessThan(2 ** 20)
  })

  it('stops waiting and lets go of the connection when it is destroyed', async () => {
    store.cutNext(/./, 10, reset)
    const object = await described()
    const stopped = new AbortController()
    const stream = steadyRead(store, object, { pauseMs: 3_600_000 })
    const drained = new Writable({
      write(_chunk, _encoding, done) {
        stopped.abort(new Error('cancelled'))
        done()
      },
    })
    await expect(pipeline(stream, drained, { signal: stopped.signal })).rejects.toThrow('aborted')
    expect(stream.destroyed).toBe(true)
    expect(gets()).toBe(1)
  })
})
