import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { CheckError } from '../../../../src/pipeline/check-error'
import type { ContentCheck } from '../../../../src/pipeline/content-check'
import type { Digest } from '../../../../src/pipeline/digest'
import { type BegunUpload, writeArtifact } from '../../../../src/repository/artifact/writer'
import { encryptionTo } from '../../../../src/repository/encryption/encryption'
import { StoreError } from '../../../../src/store/store-error'
import { type MemoryStore, memoryStore } from '../../../memory/memory-store'
import { anAgeKey, opened } from '../../pipeline/age/age-files'
import { prefix } from '../ring'

const key = `${prefix}/Monday-13-00.database.sql.gz`
const content = randomBytes(300_000)
const stored = gzipSync(content)
const digestOf = (bytes: Buffer) => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
})

/** Accepts everything, unless it is given a fault to find. */
function check(wrong?: string): ContentCheck<Digest> {
  const pieces: Buffer[] = []
  return {
    write: piece => pieces.push(piece),
    finish: () => {
      if (wrong !== undefined) throw new CheckError(wrong)
      return digestOf(Buffer.concat(pieces))
    },
    progress: () => ({ bytes: 0 }),
  }
}

let store: MemoryStore
let begun: BegunUpload[]
beforeEach(() => {
  store = memoryStore({ minPartBytes: 1 })
  begun = []
})

function write(
  body: Readable,
  { wrong, signal = new AbortController().signal }: { wrong?: string; signal?: AbortSignal } = {},
) {
  const put = { contentType: 'application/octet-stream' }
  return writeArtifact(
    { store, prefix },
    { key, codecs: ['gzip'], check: check(wrong), put, expectedBytes: undefined },
    body,
    {
      signal,
      memoryBudgetBytes: 48 * 2 ** 20,
      onUpload: upload => begun.push(upload),
      onStart: () => {},
    },
  )
}

async function openUploads(): Promise<string[]> {
  const ids: string[] = []
  for await (const { uploadId } of store.listUploads('')) ids.push(uploadId)
  return ids
}

describe('writeArtifact', () => {
  it('stores what comes where no reader sees it, and says what completes it', async () => {
    const prepared = await write(Readable.from([stored.subarray(0, 1000), stored.subarray(1000)]))
    expect(prepared).toMatchObject({ key, ...digestOf(stored), content: digestOf(content) })
    expect(store.keys()).toEqual([])
    const { id, partETags } = prepared.upload
    await store.completeUpload(key, id, partETags, prepared.bytes)
    expect(store.bytes(key)?.equals(stored)).toBe(true)
  })

  it('encrypts what it stores as the run does, and takes no key that says otherwise', async () => {
    const own = await anAgeKey()
    const encryption = await encryptionTo([own.recipient], { signer: undefined, place: [] })
    if (encryption === undefined) throw new Error('no encryption')
    const put = { contentType: 'application/octet-stream' }
    const context = {
      signal: new AbortController().signal,
      memoryBudgetBytes: 2 ** 20,
      onUpload: () => {},
      onStart: () => {},
    }
    const object = { codecs: ['gzip'] as const, check: check(), put, expectedBytes: undefined }
    const sealing = { store, prefix, encryption }
    const prepared = await writeArtifact(sealing, { ...object, key: `${key}.age` }, Readable.from([stored]), context)
    await store.completeUpload(prepared.key, prepared.upload.id, prepared.upload.partETags, prepared.bytes)
    const bytes = store.bytes(`${key}.age`) ?? Buffer.alloc(0)
    expect(prepared).toMatchObject({ ...digestOf(bytes), content: digestOf(content) })
    expect((await opened(bytes, own)).equals(stored)).toBe(true)
    for (const [run, of] of [
      [sealing, key],
      [{ store, prefix }, `${key}.age`],
    ] as const)
      await expect(writeArtifact(run, { ...object, key: of }, Readable.from([stored]), context)).rejects.toThrow(
        'is not the key',
      )
  })

  it('reports the upload before the first byte, so that it can be aborted in every case', async () => {
    const failure = new Error('the link broke')
    const body = new Readable({ read() {} })
    const writing = write(body)
    writing.catch(() => {})
    while (begun.length === 0) await new Promise(setImmediate)
    expect(begun).toMatchObject([{ key, uploadId: (await openUploads())[0] }])
    body.destroy(failure)
    await expect(writing).rejects.toBe(failure)
    await begun[0]?.abort()
    expect(await openUploads()).toEqual([])
  })

  it.each([
    ['a check that does not pass', stored, 'bad content'],
    ['a stream that is cut off', stored.subarray(0, -1), 'The gzip stream is cut off'],
    ['a stream that is empty', Buffer.alloc(0), 'The gzip stream is empty'],
  ])('fails with %s, and completes nothing', async (_, bytes, message) => {
    const wrong = bytes === stored ? { wrong: message } : {}
    await expect(write(Readable.from([bytes]), wrong)).rejects.toThrow(message)
    expect(store.operations.filter(operation => operation.startsWith('completeUpload'))).toEqual([])
    expect(await openUploads()).toHaveLength(1)
  })

  it('fails with what the store says of a part', async () => {
    const refusal = new StoreError('no more room', { code: 'QuotaExceeded', status: 403 })
    store.failAlways('uploadPart', /./, refusal)
    await expect(write(Readable.from([stored]))).rejects.toBe(refusal)
  })

  it('throws the reason of the signal', async () => {
    const stop = new AbortController()
    const reason = new Error('cancelled')
    const writing = write(new Readable({ read() {} }), { signal: stop.signal })
    setImmediate(() => stop.abort(reason))
    await expect(writing).rejects.toBe(reason)
  })
})
