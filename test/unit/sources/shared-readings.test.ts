import { gzipSync } from 'node:zlib'
import { codecsOf } from '../../../src/pipeline/codec'
import type { ChainObject } from '../../../src/repository/manifest/manifest'
import { limit } from '../../../src/runtime/limit'
import { type ChainReader, SharedReadings } from '../../../src/sources/shared-readings'
import { type MemoryStore, memoryStore } from '../../memory/memory-store'
import { putBytes } from '../commands/stored-point'

const gzip = { compression: 'gzip' } as const
const { signal } = new AbortController()

let store: MemoryStore
let shared: SharedReadings

beforeEach(() => {
  store = memoryStore({ minPartBytes: 1 })
  shared = new SharedReadings(2, limit(1))
})

async function anObject(level: number, content: string): Promise<ChainObject> {
  const key = `web1/base/${level === 0 ? 'week-0' : 'day-00'}.codebase.tar.gz`
  const bytes = gzipSync(content)
  const { etag } = await putBytes(store, key, bytes)
  const sizeBytes = bytes.length
  return { level, key, etag, bytes: sizeBytes, sha256: '', snapshot: '', takenAt: '', versionId: null }
}

/** What a reader hears of objects, one after the other. */
async function heard(reader: ChainReader, objects: readonly ChainObject[], write = (_: Buffer) => {}) {
  const contents: string[] = []
  for (const object of objects) {
    let content = ''
    await reader.read(
      { store, prefix: 'web1' },
      {
        ...{ object, codecs: codecsOf(gzip), signal, mayDiffer: true },
        write: piece => {
          write(piece)
          content += piece.toString()
        },
      },
    )
    contents.push(content)
  }
  return contents
}

const gets = () => store.operations.filter(operation => operation.startsWith('get '))

it('reads each object once for all who want it, the highest level first', async () => {
  const [base, day] = [await anObject(0, 'of a week'), await anObject(1, 'of a day')]
  const wanted = [[base], [day, base], [day, base], [base], [base], [day, base]]
  const all = await Promise.all(wanted.map(objects => shared.run(reader => heard(reader, objects))))
  expect(all).toEqual(wanted.map(objects => objects.map(object => (object === day ? 'of a day' : 'of a week'))))
  expect(gets()).toEqual([`get ${day.key}`, `get ${base.key}`])
})

it('goes on for the others when one of them cannot take it, and stops when nobody is left', async () => {
  const base = await anObject(0, 'of a week')
  const refuse = () => {
    throw new Error('not mine')
  }
  const [one, other] = [
    shared.run(reader => heard(reader, [base], refuse)),
    shared.run(reader => heard(reader, [base])),
  ]
  await expect(one).rejects.toThrow('not mine')
  expect(await other).toEqual(['of a week'])
  await expect(shared.run(reader => heard(reader, [base], refuse))).rejects.toThrow('not mine')
})

it('lets wait who needs more memory than is left, and reads for them again', async () => {
  const base = await anObject(0, 'of a week')
  const large = () => shared.run(reader => reader.admit(2_000_000, signal, () => heard(reader, [base])))
  expect(await Promise.all([large(), large(), large(), large()])).toEqual(Array(4).fill(['of a week']))
  expect(gets()).toHaveLength(4)
  const small = () => shared.run(reader => reader.admit(200_000, signal, () => heard(reader, [base])))
  await Promise.all([small(), small(), small(), small()])
  expect(gets()).toHaveLength(5)
})

it('ends with the signal, whatever is waited for', async () => {
  const base = await anObject(0, 'of a week')
  const stop = new AbortController()
  const waiting = shared.run(async reader => {
    // Somebody who is not done keeps the object from being read.
    const held = Promise.withResolvers<void>()
    const blocked = shared.run(() => held.promise)
    const read = reader.read(
      { store, prefix: 'web1' },
      { object: base, codecs: codecsOf(gzip), signal: stop.signal, write: () => {} },
    )
    stop.abort(new Error('cancelled'))
    await expect(read).rejects.toThrow('cancelled')
    held.resolve()
    await blocked
  })
  await waiting
  expect(gets()).toEqual([])
})

it('tells the digest of a shared object from one reading', async () => {
  const base = await anObject(0, 'of a week')
  const digest = () => shared.run(reader => reader.digest({ store, prefix: 'web1' }, { object: base, signal }))
  const [one, other] = await Promise.all([digest(), digest()])
  expect(one).toMatch(/^[0-9a-f]{64}$/)
  expect(other).toBe(one)
  expect(gets()).toHaveLength(1)
})
