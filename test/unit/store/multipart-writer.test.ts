import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import { openMultipartWriter } from '../../../src/store/multipart-writer'
import type { Store } from '../../../src/store/store'
import { StoreError } from '../../../src/store/store-error'
import { type MemoryStoreOptions, memoryStore } from '../../memory/memory-store'

const put = { contentType: 'application/gzip' }

function setUp(options: MemoryStoreOptions & { partSizeBytes?: number; concurrency?: number } = {}) {
  const { partSizeBytes = 10, concurrency = 2, ...storeOptions } = options
  const store = memoryStore({ minPartBytes: 1, ...storeOptions })
  const cancel = new AbortController()
  const open = () => openMultipartWriter(store, 'key', { partSizeBytes, concurrency, put, signal: cancel.signal })
  const partsSent = () => store.operations.filter(operation => operation.startsWith('uploadPart')).length
  return { store, cancel, open, partsSent }
}

async function openUploads(store: ReturnType<typeof memoryStore>): Promise<string[]> {
  const found = []
  for await (const { uploadId } of store.listUploads('')) found.push(uploadId)
  return found
}

/** The store, but for some of its methods. */
function altered(store: Store, changes: Partial<Store>): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in changes ? changes : target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Lets everything happen that can without another outside event. */
const settle = () => new Promise(resolve => setTimeout(resolve, 20))

describe('openMultipartWriter', () => {
  it('cuts any stream into equal parts and loses no byte', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 35 }), { minLength: 1, maxLength: 20 })
    const sizes = fc.record({
      partSizeBytes: fc.integer({ min: 1, max: 40 }),
      concurrency: fc.integer({ min: 1, max: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(chunks, sizes, async (given, size) => {
        const whole = Buffer.concat(given)
        fc.pre(whole.length > 0)
        const { store, open, partsSent } = setUp(size)
        const writer = await open()
        await pipeline(Readable.from(given.map(chunk => Buffer.from(chunk))), writer.writable)
        expect(writer.bytes).toBe(whole.length)
        expect(partsSent()).toBe(Math.ceil(whole.length / size.partSizeBytes))
        expect(store.keys()).toEqual([])
        await store.completeUpload('key', writer.uploadId, writer.parts(), writer.bytes)
        expect(store.bytes('key')?.equals(whole)).toBe(true)
      }),
    )
  })

  it('completes nothing by itself, and tells its parts only when it has finished', async () => {
    const { store, open } = setUp()
    const writer = await open()
    expect(() => writer.parts()).toThrow('has not finished')
    await pipeline(Readable.from([Buffer.from('some bytes, more than ten')]), writer.writable)
    expect(writer.parts()).toHaveLength(3)
    expect(store.keys()).toEqual([])
    expect(await openUploads(store)).toEqual([writer.uploadId])
  })

  it('has no more parts in flight than it may, takes no more than one part beyond, and finishes only when all have landed', async () => {
    const landings: (() => void)[] = []
    const { open, partsSent } = setUp({
      onOperation: (operation, _key, moment) =>
        operation === 'uploadPart' && moment === 'before' ? new Promise(resolve => landings.push(resolve)) : undefined,
    })
    const writer = await open()
    let pulled = 0
    const source = function* () {
      for (; pulled < 100; pulled++) yield Buffer.alloc(1, pulled)
    }
    let isFinished = false
    const done = pipeline(Readable.from(source(), { highWaterMark: 1, objectMode: true }), writer.writable).then(() => {
      isFinished = true
    })
    await settle()
    expect(partsSent()).toBe(2)
    expect(writer.bytes).toBe(30)
    landings[1]?.()
    await settle()
    expect(partsSent()).toBe(3)
    expect(writer.bytes).toBe(40)
    for (let landed = 0; landed < 10; landed++) {
      expect(isFinished).toBe(false)
      landings[landed]?.()
      await settle()
    }
    await done
    expect(writer.bytes).toBe(100)
    expect(writer.parts()).toHaveLength(10)
  })

  it('refuses a stream without a byte', async () => {
    const { store, open } = setUp()
    const writer = await open()
    const nothing = pipeline(Readable.from([Buffer.alloc(0)]), writer.writable)
    await expect(nothing).rejects.toThrow('Nothing was written to "key": an empty backup is never stored.')
    await writer.abort()
    expect(await openUploads(store)).toEqual([])
  })

  it('fails with the first byte that no part is left for, not at the end', async () => {
    const { store, open, partsSent } = setUp({ maxParts: 3 })
    const full = await open()
    await pipeline(Readable.from([Buffer.alloc(30)]), full.writable)
    expect(full.parts()).toHaveLength(3)

    const writer = await open()
    const before = partsSent()
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(7)
      })(),
    )
    const error = await pipeline(endless, writer.writable).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'TooManyParts', advice: expect.stringContaining('Split the paths') })
    expect(partsSent() - before).toBe(3)
    await writer.abort()
    await full.abort()
    expect(await openUploads(store)).toEqual([])
  })

  it('fails with the error of a part, begins no other, and leaves nothing after abort', async () => {
    const { store, open, partsSent } = setUp({ concurrency: 1 })
    const error = new StoreError('refused', { code: 'AccessDenied', status: 403 })
    const writer = await open()
    store.failNext('uploadPart', /key/, error)
    await expect(pipeline(Readable.from([Buffer.alloc(95)]), writer.writable)).rejects.toBe(error)
    expect(partsSent()).toBe(1)
    expect(() => writer.parts()).toThrow()
    await Promise.all([writer.abort(), writer.abort()])
    await writer.abort()
    expect(await openUploads(store)).toEqual([])
    expect(writer.writable.errored).toBe(error)
  })

  it('fails with the reason of the signal and begins no part after it', async () => {
    const { store, cancel, open, partsSent } = setUp({
      onOperation: operation => (operation === 'uploadPart' ? new Promise(() => {}) : undefined),
    })
    const writer = await open()
    const sending = pipeline(Readable.from([Buffer.alloc(95)]), writer.writable)
    await settle()
    const reason = new Error('cancelled')
    cancel.abort(reason)
    await expect(sending).rejects.toBe(reason)
    expect(partsSent()).toBe(2)
    await writer.abort()
    expect(await openUploads(store)).toEqual([])
  })

  it('begins nothing at all when the signal is aborted already', async () => {
    const { store, cancel, open } = setUp()
    cancel.abort(new Error('cancelled'))
    await expect(open()).rejects.toThrow('cancelled')
    expect(store.operations).toEqual([])
  })

  it('drops the upload of a source that failed', async () => {
    const { store, open } = setUp()
    const writer = await open()
    const source = Readable.from(
      (function* () {
        yield Buffer.alloc(15)
        throw new Error('mysqldump ended with status 2')
      })(),
    )
    await expect(pipeline(source, writer.writable)).rejects.toThrow('mysqldump ended with status 2')
    await writer.abort()
    expect(await openUploads(store)).toEqual([])
    expect(store.keys()).toEqual([])
  })

  it('waits for parts in flight before it drops the upload', async () => {
    const landing = Promise.withResolvers<void>()
    const { store } = setUp({
      onOperation: (operation, _key, moment) =>
        operation === 'uploadPart' && moment === 'after' ? landing.promise : undefined,
    })
    // Deaf to the signal, as a request is whose bytes have all left.
    const deaf = altered(store, {
      uploadPart: (key, id, number, body) => store.uploadPart(key, id, number, body),
    })
    const signal = new AbortController().signal
    const writer = await openMultipartWriter(deaf, 'key', { partSizeBytes: 10, concurrency: 2, put, signal })
    writer.writable.write(Buffer.alloc(10))
    await settle()
    const aborting = writer.abort()
    await settle()
    expect(store.operations).not.toContain('abortUpload key')
    landing.resolve()
    await aborting
    expect(store.operations).toContain('abortUpload key')
  })

  it('leaves a completed object alone when it is aborted afterwards', async () => {
    const { store, open } = setUp()
    const writer = await open()
    await pipeline(Readable.from([Buffer.from('body')]), writer.writable)
    await store.completeUpload('key', writer.uploadId, writer.parts(), writer.bytes)
    await writer.abort()
    expect(store.bytes('key')?.toString()).toBe('body')
  })

  it('tells when the upload could not be dropped, and tries again when asked again', async () => {
    const { store, open } = setUp()
    const writer = await open()
    store.failNext('abortUpload', /key/, new StoreError('down', { code: 'ECONNREFUSED' }))
    await expect(writer.abort()).rejects.toThrow('down')
    await writer.abort()
    expect(await openUploads(store)).toEqual([])
  })

  it('drops again what comes back, and needs no right to list', async () => {
    const { store, open } = setUp()
    const writer = await open()
    const dropped = () => store.operations.filter(operation => operation === 'abortUpload key').length
    // The store confirms the abort, and the upload is still there.
    const reluctant = altered(store, {
      abortUpload: (key, id) => store.abortUpload(key, dropped() === 0 ? 'another' : id),
    })
    const signal = new AbortController().signal
    const second = await openMultipartWriter(reluctant, 'key', {
      partSizeBytes: 10,
      concurrency: 2,
      put,
      signal,
    })
    await second.abort()
    expect(dropped()).toBe(2)
    expect(await openUploads(store)).toEqual([writer.uploadId])

    store.failAlways('listUploads', /key/, new StoreError('denied', { code: 'AccessDenied', status: 403 }))
    await writer.abort()
    store.heal()
    expect(await openUploads(store)).toEqual([])
  })
})
