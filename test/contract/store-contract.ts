import { createHash, randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { multipartETag } from '../../src/store/etag'
import type { KnownObject, PutOptions, ReadOptions, Store } from '../../src/store/store'
import { StoreError } from '../../src/store/store-error'

/** What every store must do, whoever is behind it. `open` gives an empty one whose listings come in pages of three. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(name, () => {
    let store: Store

    beforeEach(async () => {
      store = await open()
    })

    afterEach(() => {
      store.close()
    })

    describe('putText, getText, head', () => {
      it('gives back the text, its size, its ETag and its metadata', async () => {
        const before = Date.now()
        const metadata = { 'make-a-backup-slot': 'Monday-13-00', 'make-a-backup-run': '12.1 / x=y' }
        const written = await store.putText('prefix/a.json', 'grün ✓\n', { ...json, metadata })
        expect(written.etag).toBe(md5('grün ✓\n'))
        expect(written.versionId).toBeNull()
        expect(await store.getText('prefix/a.json')).toBe('grün ✓\n')
        const held = await store.head('prefix/a.json')
        expect(held).toMatchObject({ etag: written.etag, versionId: null, sizeBytes: 10, metadata })
        expect(held?.storageClass).toBeUndefined()
        expect(held?.isArchived).toBe(false)
        expect(Math.abs((held?.lastModified.getTime() ?? 0) - before)).toBeLessThan(120_000)
      })

      it('replaces the old object whole, metadata included', async () => {
        await store.putText('a', 'a long first text', { ...json, metadata: { old: 'yes' } })
        await store.putText('a', 'short', { ...json, metadata: { new: 'yes' } })
        expect(await store.getText('a')).toBe('short')
        expect(await store.head('a')).toMatchObject({ sizeBytes: 5, metadata: { new: 'yes' } })
      })

      it('holds an empty text', async () => {
        await store.putText('empty', '', json)
        expect(await store.getText('empty')).toBe('')
        expect(await store.head('empty')).toMatchObject({ sizeBytes: 0, etag: md5('') })
      })

      it('refuses to read a text that has more than it may', async () => {
        await store.putText('a', '12345', json)
        expect(await store.getText('a', 5)).toBe('12345')
        await expect(store.getText('a', 4)).rejects.toMatchObject({ code: 'TooLong' })
      })

      it('refuses to read a text that would be large once parsed', async () => {
        await store.putText('many', `[${'{},'.repeat(249_999)}0]`, json)
        expect(await store.getText('many')).toHaveLength(3 * 249_999 + 3)
        await store.putText('many', `[${'{},'.repeat(250_000)}0]`, json)
        await expect(store.getText('many')).rejects.toMatchObject({ code: 'TooLong' })
      })

      it('refuses to read a text of more than 8 MiB', async () => {
        await store.putText('large', 'x'.repeat(8 * MiB + 1), json)
        await expect(store.getText('large')).rejects.toThrow(StoreError)
        await store.putText('large', 'x'.repeat(8 * MiB), json)
        expect((await store.getText('large'))?.length).toBe(8 * MiB)
      })

      it('answers undefined for what is not there', async () => {
        expect(await store.head('nothing')).toBeUndefined()
        expect(await store.getText('nothing')).toBeUndefined()
        expect(await store.get('nothing')).toBeUndefined()
        expect(await store.get('nothing', { start: 3 })).toBeUndefined()
      })
    })

    describe('get', () => {
      it('streams all bytes, and the rest of them from a start on', async () => {
        const bytes = randomBytes(300_000)
        await upload(store, 'object', [bytes])
        expect((await read(store, 'object')).equals(bytes)).toBe(true)
        expect((await read(store, 'object', 0)).equals(bytes)).toBe(true)
        expect((await read(store, 'object', 123_456)).equals(bytes.subarray(123_456))).toBe(true)
        expect((await read(store, 'object', 299_999)).equals(bytes.subarray(299_999))).toBe(true)
      })

      it('refuses a start behind the last byte', async () => {
        await store.putText('five', '12345', json)
        await expect(store.get('five', { start: 5 })).rejects.toMatchObject({
          code: 'InvalidRange',
          status: 416,
        })
      })

      it('gives an object, and the rest of it, only while it has the ETag that is asked for', async () => {
        const { etag } = await store.putText('object', 'the first', json)
        expect((await buffer(await opened(store, { etag }))).toString()).toBe('the first')
        expect((await buffer(await opened(store, { etag, start: 4 }))).toString()).toBe('first')
        await store.putText('object', 'the other', json)
        for (const which of [{ etag }, { etag, start: 4 }]) {
          const refused = store.get('object', which)
          await expect(refused).rejects.toBeInstanceOf(StoreError)
          await expect(refused).rejects.toMatchObject({ code: 'PreconditionFailed', status: 412 })
        }
        expect(await store.get('nothing', { etag })).toBeUndefined()
      })

      it('can be given up half-way', async () => {
        await upload(store, 'object', [randomBytes(3 * MiB)])
        const stream = await store.get('object')
        for await (const chunk of stream ?? []) {
          expect(chunk.length).toBeGreaterThan(0)
          break
        }
        expect(stream?.destroyed).toBe(true)
        expect((await store.head('object'))?.sizeBytes).toBe(3 * MiB)
      })
    })

    describe('remove', () => {
      it('removes one object, and succeeds when there is none', async () => {
        await store.putText('a', '1', json)
        await store.putText('ab', '2', json)
        await store.remove('a')
        await store.remove('a')
        expect(await keys(store, '')).toEqual(['ab'])
      })
    })

    describe('list', () => {
      it('gives every page in key order, without what lies deeper', async () => {
        const names = Array.from({ length: 11 }, (_, index) => `p/Monday-${String(index).padStart(2, '0')}`)
        const others = ['p', 'p/daily/1', 'p/daily/2', 'p/suspect/3', 'pq', 'a']
        await Promise.all([...names, ...others].map(key => store.putText(key, key, json)))
        expect(await keys(store, 'p/')).toEqual(names)
        expect(await keys(store, 'p/', true)).toEqual([...names, 'p/daily/1', 'p/daily/2', 'p/suspect/3'].sort())
        expect(await keys(store, 'p/Monday-1')).toEqual(['p/Monday-10'])
        expect(await keys(store, 'p/daily/')).toEqual(['p/daily/1', 'p/daily/2'])
        expect(await keys(store, 'none/')).toEqual([])
      })

      it('tells size, ETag and time', async () => {
        await store.putText('a', 'hello', json)
        const listed = await all(store.list(''))
        const held = await store.head('a')
        expect(listed).toEqual([{ key: 'a', sizeBytes: 5, etag: md5('hello'), lastModified: expect.any(Date) }])
        const seconds = (time: Date | undefined) => Math.floor((time?.getTime() ?? 0) / 1000)
        expect(seconds(listed[0]?.lastModified)).toBe(seconds(held?.lastModified))
      })

      it('goes by the bytes of a key, not by its UTF-16 units', async () => {
        // U+FFFD sorts behind U+1F600 in UTF-16 and before it in UTF-8.
        for (const key of ['k/😀', 'k/\ufffd', 'k/z', 'k/Z', 'k/_']) await store.putText(key, '', json)
        expect(await keys(store, 'k/')).toEqual(['k/Z', 'k/_', 'k/z', 'k/\ufffd', 'k/😀'])
      })
    })

    describe('awkward keys', () => {
      it.each(awkwardKeys)('keeps %j as it is in every operation', async key => {
        const neighbour = `${key}x`
        await store.putText(neighbour, 'neighbour', json)
        await store.putText(key, 'text', json)
        expect(await store.getText(key)).toBe('text')
        expect(await keys(store, key, true)).toEqual([key, neighbour])
        await upload(store, key, [Buffer.from('uploaded')])
        expect((await read(store, key)).toString()).toBe('uploaded')
        const uploadId = await store.createUpload(key, json)
        expect(await openUploads(store, key)).toEqual([{ key, uploadId }])
        await store.abortUpload(key, uploadId)
        await store.remove(key)
        expect(await store.head(key)).toBeUndefined()
        expect(await keys(store, key, true)).toEqual([neighbour])
      })
    })

    describe('multipart upload', () => {
      it('shows nothing until it is completed, and then everything', async () => {
        const parts = [randomBytes(5 * MiB), randomBytes(5 * MiB), randomBytes(7)]
        const metadata = { 'make-a-backup-slot': 'Monday-13-00' }
        const uploadId = await store.createUpload('object', { contentType: 'application/gzip', metadata })
        // In any order: parts travel side by side.
        const third = await store.uploadPart('object', uploadId, 3, part(parts, 2))
        const first = await store.uploadPart('object', uploadId, 1, part(parts, 0))
        const second = await store.uploadPart('object', uploadId, 2, part(parts, 1))
        expect([first, second, third]).toEqual(parts.map(md5))
        expect(await store.head('object')).toBeUndefined()
        expect(await keys(store, '', true)).toEqual([])

        const done = await store.completeUpload('object', uploadId, [first, second, third], 10 * MiB + 7)
        expect(done).toEqual({ etag: multipartETag(parts.map(md5)), versionId: null })
        expect(await store.head('object')).toMatchObject({ ...done, sizeBytes: 10 * MiB + 7, metadata })
        expect((await read(store, 'object')).equals(Buffer.concat(parts))).toBe(true)
        expect(await openUploads(store, '')).toEqual([])
      })

      it('keeps the old object until the new one is complete', async () => {
        await store.putText('object', 'old', json)
        const uploadId = await store.createUpload('object', json)
        const etag = await store.uploadPart('object', uploadId, 1, Buffer.from('new'))
        expect(await store.getText('object')).toBe('old')
        await store.completeUpload('object', uploadId, [etag], 3)
        expect(await store.getText('object')).toBe('new')
      })

      it('takes the last sending of a part', async () => {
        const uploadId = await store.createUpload('object', json)
        await store.uploadPart('object', uploadId, 1, Buffer.from('first try'))
        const etag = await store.uploadPart('object', uploadId, 1, Buffer.from('second'))
        await store.completeUpload('object', uploadId, [etag], 6)
        expect(await store.getText('object')).toBe('second')
      })

      it('lets the caller use its buffer again once the part is stored', async () => {
        const uploadId = await store.createUpload('object', json)
        const body = Buffer.from('before')
        const etag = await store.uploadPart('object', uploadId, 1, body)
        body.fill('x')
        await store.completeUpload('object', uploadId, [etag], 6)
        expect(await store.getText('object')).toBe('before')
      })

      it('refuses to complete with a part that is missing, other, or too small, and keeps the old object', async () => {
        await store.putText('object', 'old', json)
        const uploadId = await store.createUpload('object', json)
        const one = await store.uploadPart('object', uploadId, 1, Buffer.alloc(1000, 1))
        const two = await store.uploadPart('object', uploadId, 2, Buffer.alloc(1000, 2))
        await expect(store.completeUpload('object', uploadId, [one, two, md5('3')], 3000)).rejects.toThrow(StoreError)
        await expect(store.completeUpload('object', uploadId, [two], 1000)).rejects.toThrow(StoreError)
        const small = store.completeUpload('object', uploadId, [one, two], 2000)
        await expect(small).rejects.toMatchObject({ code: 'EntityTooSmall', status: 400 })
        await expect(store.completeUpload('object', uploadId, [], 0)).rejects.toThrow(StoreError)
        expect(await store.getText('object')).toBe('old')
      })

      it('never completes twice with another result', async () => {
        const uploadId = await store.createUpload('object', json)
        const etag = await store.uploadPart('object', uploadId, 1, Buffer.from('body'))
        const first = await store.completeUpload('object', uploadId, [etag], 4)
        // Some stores remember for a while what they completed and say so once more.
        const again = await store.completeUpload('object', uploadId, [etag], 4).catch((error: unknown) => error)
        expect(again instanceof StoreError ? again.code : again).toEqual(
          again instanceof StoreError ? 'NoSuchUpload' : first,
        )
        expect(await store.getText('object')).toBe('body')
      })

      it('does not know an upload that was aborted', async () => {
        const uploadId = await store.createUpload('object', json)
        const etag = await store.uploadPart('object', uploadId, 1, Buffer.from('body'))
        await store.abortUpload('object', uploadId)
        await store.abortUpload('object', uploadId)
        const complete = store.completeUpload('object', uploadId, [etag], 4)
        await expect(complete).rejects.toMatchObject({ code: 'NoSuchUpload' })
        const late = store.uploadPart('object', uploadId, 2, Buffer.from('late'))
        await expect(late).rejects.toMatchObject({ code: 'NoSuchUpload' })
        expect(await store.head('object')).toBeUndefined()
        expect(await openUploads(store, '')).toEqual([])
      })

      it('leaves a completed object alone when its upload is aborted', async () => {
        await upload(store, 'object', [Buffer.from('body')])
        await store.abortUpload('object', 'never-existed')
        expect(await store.getText('object')).toBe('body')
      })

      it('begins no part once the signal is aborted', async () => {
        const uploadId = await store.createUpload('object', json)
        const reason = new Error('stopped')
        const sent = store.uploadPart('object', uploadId, 1, Buffer.from('body'), AbortSignal.abort(reason))
        await expect(sent).rejects.toBe(reason)
      })
    })

    describe('listUploads', () => {
      it('gives every page of what was begun and neither completed nor aborted', async () => {
        const begun = []
        for (const key of ['p/1', 'p/2', 'p/2', 'p/2', 'p/2', 'p/3', 'p/d/4', 'q/5']) {
          begun.push({ key, uploadId: await store.createUpload(key, json) })
        }
        await upload(store, 'p/1', [Buffer.from('completed')])
        const sorted = (uploads: object[]) => uploads.map(each => JSON.stringify(each)).sort()
        expect(sorted(await openUploads(store, 'p/'))).toEqual(sorted(begun.slice(0, 7)))
        expect(sorted(await openUploads(store, ''))).toEqual(sorted(begun))
        for await (const { initiated } of store.listUploads('')) expect(initiated).toBeInstanceOf(Date)
        for (const { key, uploadId } of begun) await store.abortUpload(key, uploadId)
        expect(await openUploads(store, '')).toEqual([])
      })
    })

    describe('copy', () => {
      it('makes the same bytes appear under another key, with metadata of their own, and leaves the source', async () => {
        await store.putText('ring/a', 'text', { ...json, metadata: { slot: 'Monday', only: 'there' } })
        const source = await sourceOf(store, 'ring/a')
        const before = await store.head('ring/a')
        const copied = await store.copy(source, 'daily/a', { ...json, metadata: { slot: 'daily/a' } })
        expect(await store.getText('daily/a')).toBe('text')
        const held = await store.head('daily/a')
        expect(held).toMatchObject({ ...copied, sizeBytes: 4 })
        expect(held?.metadata).toEqual({ slot: 'daily/a' })
        expect(await store.head('ring/a')).toEqual(before)
      })

      it('copies what was uploaded in parts', async () => {
        const parts = [randomBytes(5 * MiB), randomBytes(5 * MiB), randomBytes(2 * MiB + 7)]
        await upload(store, 'ring/large', parts)
        const metadata = { 'make-a-backup-slot': 'daily/2026-11-23' }
        const source = await sourceOf(store, 'ring/large')
        const copied = await store.copy(source, 'daily/large', { ...json, metadata })
        expect((await read(store, 'daily/large')).equals(Buffer.concat(parts))).toBe(true)
        expect(await store.head('daily/large')).toMatchObject({
          ...copied,
          metadata,
          sizeBytes: 12 * MiB + 7,
        })
        expect(await openUploads(store, '')).toEqual([])
      })

      it('replaces the object under the target key', async () => {
        await store.putText('target', 'a longer text from before', { ...json, metadata: { old: 'yes' } })
        await store.putText('source', 'new', json)
        await store.copy(await sourceOf(store, 'source'), 'target', json)
        expect(await store.getText('target')).toBe('new')
        expect((await store.head('target'))?.metadata).toEqual({})
      })

      it('copies an empty object', async () => {
        await store.putText('empty', '', json)
        await store.copy(await sourceOf(store, 'empty'), 'copy', json)
        expect(await store.head('copy')).toMatchObject({ sizeBytes: 0, etag: md5('') })
      })

      it('says when there is no source, and leaves the target', async () => {
        await store.putText('target', 'old', json)
        const copied = store.copy({ key: 'nothing', sizeBytes: 1, etag: md5('x') }, 'target', json)
        await expect(copied).rejects.toBeInstanceOf(StoreError)
        await expect(copied).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 })
        expect(await store.getText('target')).toBe('old')
      })

      it('is only tried, without a source and without a trace', async () => {
        await store.tryCopy('p/nothing', 'p/target', json)
        expect(await store.head('p/target')).toBeUndefined()
      })

      it('refuses a source that is another object by now, and leaves the target', async () => {
        await store.putText('target', 'old', json)
        await store.putText('source', '1111', json)
        const source = await sourceOf(store, 'source')
        await store.putText('source', '2222', json)
        const longer = { ...(await sourceOf(store, 'source')), sizeBytes: 5 }
        for (const wrong of [source, longer]) {
          const copied = store.copy(wrong, 'target', json)
          await expect(copied).rejects.toMatchObject({ code: 'PreconditionFailed', status: 412 })
        }
        expect(await store.getText('target')).toBe('old')
      })

      it.each(awkwardKeys)('finds %j, and copies to it', async key => {
        await store.putText(key, 'there', json)
        await store.putText(`${key}x`, 'neighbour', json)
        await store.copy(await sourceOf(store, key), 'plain', json)
        expect(await store.getText('plain')).toBe('there')
        await store.copy(await sourceOf(store, 'plain'), `copies/${key}`, json)
        expect(await keys(store, 'copies/', true)).toEqual([`copies/${key}`])
        expect(await store.getText(`copies/${key}`)).toBe('there')
      })

      it.each(awkwardKeys)('copies a large %j too', async key => {
        await upload(store, key, [Buffer.alloc(5 * MiB, 1), Buffer.alloc(2 * MiB, 2)])
        await store.copy(await sourceOf(store, key), `copies/${key}`, json)
        const copy = await read(store, `copies/${key}`)
        expect(copy.equals(await read(store, key))).toBe(true)
      })
    })
  })
}

const MiB = 2 ** 20
const json: PutOptions = { contentType: 'application/json' }

const awkwardKeys = [
  'p/with space.sql',
  'p/odd-name%20db.sql',
  'p/a+b=c&d;e,f@g:h$i!j',
  'p/größe-日本-😀',
  'p/.hidden',
  'p/quo\'te"<tag>&amp;',
  'p/(round)[square]{curly}*~^|`',
  'p/what?is#this',
  'p//double//slash',
  'p/back\\slash',
]

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

function part(parts: readonly Buffer[], index: number): Buffer {
  return parts[index] ?? Buffer.alloc(0)
}

function md5(data: string | Buffer): string {
  return createHash('md5').update(data).digest('hex')
}

async function upload(store: Store, key: string, parts: readonly Buffer[]): Promise<void> {
  const uploadId = await store.createUpload(key, { contentType: 'application/octet-stream' })
  const etags = []
  for (const [index, body] of parts.entries()) etags.push(await store.uploadPart(key, uploadId, index + 1, body))
  const sizeBytes = parts.reduce((sum, body) => sum + body.length, 0)
  await store.completeUpload(key, uploadId, etags, sizeBytes)
}

async function read(store: Store, key: string, start?: number): Promise<Buffer> {
  const stream = await store.get(key, start === undefined ? undefined : { start })
  if (stream === undefined) throw new Error(`There is no "${key}".`)
  return buffer(stream)
}

async function opened(store: Store, which: ReadOptions): Promise<Readable> {
  const stream = await store.get('object', which)
  if (stream === undefined) throw new Error('There is no "object".')
  return stream
}

async function sourceOf(store: Store, key: string): Promise<KnownObject> {
  const held = await store.head(key)
  if (held === undefined) throw new Error(`There is no "${key}".`)
  return { key, sizeBytes: held.sizeBytes, etag: held.etag }
}

async function keys(store: Store, prefix: string, deep = false): Promise<string[]> {
  return (await all(store.list(prefix, { deep }))).map(({ key }) => key)
}

async function openUploads(store: Store, prefix: string): Promise<{ key: string; uploadId: string }[]> {
  const uploads = await all(store.listUploads(prefix))
  return uploads.map(({ key, uploadId }) => ({ key, uploadId }))
}
