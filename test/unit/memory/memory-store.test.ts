import { StoreError } from '../../../src/store/store-error'
import { memoryStore } from '../../memory/memory-store'

const put = { contentType: 'text/plain' }

describe('memoryStore', () => {
  it('is the same in every run', async () => {
    const tell = async () => {
      const store = memoryStore()
      await store.putText('a', '1', put)
      const uploadId = await store.createUpload('b', put)
      return [uploadId, await store.head('a'), store.operations]
    }
    expect(await tell()).toEqual(await tell())
  })

  it('fails the next operation on a key that matches, once, before it takes effect', async () => {
    const store = memoryStore()
    const error = new StoreError('no', { code: 'AccessDenied', status: 403 })
    store.failNext('putText', /manifest/, error)
    await store.putText('other', '1', put)
    await expect(store.putText('x.manifest.json', '1', put)).rejects.toBe(error)
    expect(store.keys()).toEqual(['other'])
    await store.putText('x.manifest.json', '1', put)
    expect(store.bytes('x.manifest.json')?.toString()).toBe('1')
  })

  it('loses a reply: the operation took effect and its caller does not know', async () => {
    const store = memoryStore()
    store.failNext('putText', /^a$/, new Error('reset'), 'after')
    await expect(store.putText('a', '1', put)).rejects.toThrow('reset')
    expect(store.bytes('a')?.toString()).toBe('1')
  })

  it('fails always, until healed, listings included', async () => {
    const store = memoryStore()
    store.failAlways('list', /^p/, new Error('down'))
    const first = () => store.list('p/')[Symbol.asyncIterator]().next()
    await expect(first()).rejects.toThrow('down')
    await expect(first()).rejects.toThrow('down')
    store.heal()
    expect((await first()).done).toBe(true)
  })

  it('asks before and after every operation, which can stop a story at any of them', async () => {
    const seen: string[] = []
    const store = memoryStore({
      onOperation: (operation, key, moment) => {
        seen.push(`${moment} ${operation} ${key}`)
        if (seen.length === 3) throw new Error('crashed')
      },
    })
    await store.putText('a', '1', put)
    await expect(store.remove('a')).rejects.toThrow('crashed')
    expect(seen).toEqual(['before putText a', 'after putText a', 'before remove a'])
    expect(store.keys()).toEqual(['a'])
  })

  it('gives up a part that hangs when the signal is aborted', async () => {
    const store = memoryStore({
      onOperation: operation => (operation === 'uploadPart' ? new Promise(() => {}) : undefined),
    })
    const uploadId = await store.createUpload('a', put)
    const stop = new AbortController()
    const part = store.uploadPart('a', uploadId, 1, Buffer.from('1'), stop.signal)
    const reason = new Error('stopped')
    stop.abort(reason)
    await expect(part).rejects.toBe(reason)
  })

  it('refuses parts of unequal size, and a size that is not the sum of the parts', async () => {
    const store = memoryStore({ minPartBytes: 2 })
    const uploadId = await store.createUpload('a', put)
    const etags = []
    for (const [index, text] of ['123', '12', '1'].entries()) {
      etags.push(await store.uploadPart('a', uploadId, index + 1, Buffer.from(text)))
    }
    await expect(store.completeUpload('a', uploadId, etags, 6)).rejects.toMatchObject({ code: 'InvalidPart' })
    etags[1] = await store.uploadPart('a', uploadId, 2, Buffer.from('456'))
    await expect(store.completeUpload('a', uploadId, etags, 6)).rejects.toMatchObject({
      code: 'InvalidRequest',
    })
    await store.completeUpload('a', uploadId, etags, 7)
    expect(store.bytes('a')?.toString()).toBe('1234561')
  })
})
