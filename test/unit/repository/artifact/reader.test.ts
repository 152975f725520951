import { createHash, randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { LockedError } from '../../../../src/pipeline/age/header'
import type { Identity } from '../../../../src/pipeline/age/identity'
import { decode } from '../../../../src/pipeline/codec'
import { digest } from '../../../../src/pipeline/digest'
import { isSameObject, readArtifact } from '../../../../src/repository/artifact/reader'
import { StoreError } from '../../../../src/store/store-error'
import { type MemoryStore, memoryStore } from '../../../memory/memory-store'
import { anAgeKey, sealed } from '../../pipeline/age/age-files'
import { prefix } from '../ring'

const key = `${prefix}/Monday-13-00.database.sql.gz`
const content = randomBytes(300_000)
const stored = gzipSync(content)
const digestOf = (bytes: Buffer) => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
})

let store: MemoryStore
beforeEach(() => {
  store = memoryStore({ minPartBytes: 1 })
})

/** Stores these bytes; `claimed` replaces what is said of them. */
async function hold(bytes: Buffer, claimed: Partial<{ bytes: number; sha256: string }> = {}, under = key) {
  const id = await store.createUpload(under, { contentType: 'application/octet-stream' })
  const part = await store.uploadPart(under, id, 1, bytes)
  const { etag } = await store.completeUpload(under, id, [part], bytes.length)
  return { key, etag, ...digestOf(bytes), ...claimed }
}

type Request = Partial<Parameters<typeof readArtifact>[2]>

async function read(
  object: Awaited<ReturnType<typeof hold>>,
  request: Request = {},
  identities: readonly Identity[] = [],
): Promise<Buffer> {
  const pieces: Buffer[] = []
  const sink = new Writable({
    write: (piece, _encoding, done) => {
      pieces.push(piece)
      done()
    },
  })
  const signal = new AbortController().signal
  await readArtifact({ store, prefix, identities }, object, {
    filter: decode(['gzip']),
    into: [sink],
    signal,
    pauseMs: 1,
    ...request,
  })
  return Buffer.concat(pieces)
}

describe('readArtifact', () => {
  it('decrypts what is encrypted with the keys of this run, after it compared what is stored', async () => {
    const own = await anAgeKey()
    const bytes = await sealed(stored, own)
    const object = { ...(await hold(bytes, {}, `${key}.age`)), key: `${key}.age` }
    expect((await read(object, {}, [own.identity])).equals(content)).toBe(true)
    expect((await read(object, { filter: digest(), asStored: true })).equals(bytes)).toBe(true)
    await expect(read(object)).rejects.toBeInstanceOf(LockedError)
    await expect(read({ ...object, sha256: 'a'.repeat(64) }, {}, [own.identity])).rejects.toThrow('changed between')
  })

  it('sends an object through a filter, and reports its progress', async () => {
    const progress: number[] = []
    const found = await read(await hold(stored), { onProgress: bytes => progress.push(bytes) })
    expect(found.equals(content)).toBe(true)
    expect(progress.at(-1)).toBe(stored.length)
  })

  it('returns what the filter found', async () => {
    const object = await hold(stored)
    const request = { filter: digest(), signal: new AbortController().signal }
    expect(await readArtifact({ store, prefix }, object, request)).toEqual(digestOf(stored))
  })

  it('goes on where a connection broke', async () => {
    const object = await hold(stored)
    store.cutNext(/./, 1000, new StoreError('reset', { code: 'ECONNRESET' }))
    expect((await read(object)).equals(content)).toBe(true)
  })

  it('reads no other object than the one with this ETag', async () => {
    const object = await hold(stored)
    await hold(gzipSync(content, { level: 1 }))
    await expect(read(object)).rejects.toMatchObject({ code: 'PreconditionFailed' })
  })

  it.each([
    ['its sha256', { sha256: digestOf(content).sha256 }],
    ['its length', { bytes: stored.length + 1 }],
  ])('fails by %s where the content itself is sound', async (_, claimed) => {
    await expect(read(await hold(stored, claimed))).rejects.toThrow(
      `"${key}" changed between its check and its use: its digest is different now.`,
    )
  })

  it('leaves that to who says so', async () => {
    const object = await hold(stored, { sha256: digestOf(content).sha256 })
    expect((await read(object, { mayDiffer: true })).equals(content)).toBe(true)
  })

  it('throws the reason of the signal', async () => {
    const stop = new AbortController()
    const reason = new Error('cancelled')
    const reading = read(await hold(stored), { signal: stop.signal, onProgress: () => stop.abort(reason) })
    await expect(reading).rejects.toBe(reason)
  })
})

describe('isSameObject', () => {
  it('knows an object by its size and its ETag', async () => {
    const object = await hold(stored)
    const seen = await store.head(key)
    expect(isSameObject(seen, object)).toBe(true)
    expect(isSameObject(seen, { ...object, etag: 'other' })).toBe(false)
    expect(isSameObject(seen, { ...object, bytes: 1 })).toBe(false)
    expect(isSameObject(undefined, object)).toBe(false)
    expect(isSameObject(seen, undefined)).toBe(false)
  })
})
