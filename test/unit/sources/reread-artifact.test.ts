import { gzipSync } from 'node:zlib'
import { CheckError } from '../../../src/pipeline/check-error'
import type { Artifact, Manifest } from '../../../src/repository/manifest/manifest'
import { checkDump } from '../../../src/sources/mysql/check/dump-check'
import type { DumpContent } from '../../../src/sources/mysql/check/dump-content'
import { sourceOf } from '../../../src/sources/registry'
import { type Reread, rereadArtifact } from '../../../src/sources/reread-artifact'
import type { Store } from '../../../src/store/store'
import { StoreError } from '../../../src/store/store-error'
import { type MemoryStore, memoryStore } from '../../memory/memory-store'
import { ordersDump, prefix, putBytes, sha256Of, storePoint } from '../commands/stored-point'
import { answering } from '../repository/ring'
import { archive, entry, folder } from '../sources/files/tars'
import { mysqlDump, rows, table } from '../sources/mysql/dumps'

const denied = new StoreError('Could not look: access denied.', {
  code: 'AccessDenied',
  status: 403,
  advice: 'Allow it.',
})
const reset = new StoreError('reset', { code: 'ECONNRESET' })

let store: MemoryStore
let manifest: Manifest

beforeEach(async () => {
  store = memoryStore({ minPartBytes: 1 })
  manifest = await storePoint(store)
})

function artifact(name = 'database'): Artifact {
  const found = manifest.artifacts.find(each => each.name === name)
  if (found === undefined) throw new Error(`There is no artifact "${name}".`)
  return found
}

const point = (of: Store = store) => ({ repository: { store: of, prefix }, manifest })

function reread(name = 'database', check?: ReturnType<typeof checkDump>): Promise<Reread> {
  const options = { ...usual(artifact(name)), pauseMs: 1, ...(check === undefined ? {} : { check }) }
  return rereadArtifact(point(), artifact(name), options)
}

/** How the backup reads it. */
function usual(of: Artifact, signal = new AbortController().signal) {
  const { check, compare } = sourceOf(of).reading
  return { signal, check: check(of), compare }
}

function held(name = 'database'): Buffer {
  const bytes = store.bytes(artifact(name).key)
  if (bytes === undefined) throw new Error('There is no object.')
  return bytes
}

/** Other bytes under the same key, with the metadata of before. */
async function replace(bytes: Buffer, name = 'database'): Promise<void> {
  const { key } = artifact(name)
  await putBytes(store, key, bytes, (await store.head(key))?.metadata)
}

/** The manifest says that these are the stored bytes. */
async function forge(bytes: Buffer, name = 'database'): Promise<void> {
  await replace(bytes, name)
  Object.assign(artifact(name), { bytes: bytes.length, sha256: sha256Of(bytes) })
}

const codes = ({ findings }: Reread) => findings.map(({ code }) => code)
const messages = ({ findings }: Reread) => findings.map(({ what }) => what)

describe('rereadArtifact', () => {
  it.each(['database', 'codebase'])('finds nothing wrong with a sound %s, and tells what is in it', async name => {
    const { artifact: read, findings, content, stored } = await reread(name)
    expect(findings).toEqual([])
    const { bytes, sha256 } = artifact(name).content
    expect(content).toMatchObject({ bytes, sha256 })
    expect(stored?.sizeBytes).toBe(artifact(name).bytes)
    expect(read).toEqual(artifact(name))
  })

  it('accepts a dump that the tool made in two passes', async () => {
    const rowsOf = (name: string) => table(name) + rows(name, `INSERT INTO \`${name}\` VALUES (1);\n`)
    manifest = await storePoint(store, { dump: mysqlDump(table('log')) + mysqlDump(rowsOf('orders')) })
    expect(codes(await reread())).toEqual([])
  })

  it('accepts the same bytes stored a second time, with another ETag and without metadata', async () => {
    const bytes = held()
    const id = await store.createUpload(artifact().key, { contentType: 'x/y' })
    const parts = [bytes.subarray(0, 300), bytes.subarray(300, 600), bytes.subarray(600)]
    const etags = []
    for (const [index, part] of parts.entries()) etags.push(await store.uploadPart(artifact().key, id, index + 1, part))
    await store.completeUpload(artifact().key, id, etags, bytes.length)
    expect((await store.head(artifact().key))?.etag).not.toBe(artifact().etag)
    expect(codes(await reread())).toEqual([])
  })

  it('names a missing object, and the version that was stored where the bucket keeps versions', async () => {
    await store.remove(artifact().key)
    artifact().versionId = 'v-17'
    const { findings, stored, content } = await reread()
    expect(findings).toEqual([
      {
        code: 'missing',
        level: 'error',
        key: artifact().key,
        what: `"${artifact().key}" is missing: there is no such object in memory://bucket.`,
        fix: `The bucket keeps versions: what was stored is the version v-17 of "${artifact().key}".`,
      },
    ])
    expect([stored, content]).toEqual([undefined, undefined])
  })

  it('names both sizes of a truncated object, without reading it', async () => {
    const { bytes } = artifact()
    await replace(held().subarray(0, bytes - 9))
    expect(messages(await reread())).toEqual([
      `"${artifact().key}" is cut off or another object: ${bytes} bytes were stored, ${bytes - 9} are there.`,
    ])
    expect(store.operations.some(operation => operation.startsWith('get '))).toBe(false)
  })

  it.each([30, 400, -6])('finds a flipped bit at byte %d: another sha256, and what the checks say', async at => {
    const flipped = Buffer.from(held())
    const index = at < 0 ? flipped.length + at : at
    flipped.writeUInt8(flipped.readUInt8(index) ^ 1, index)
    await replace(flipped)
    const result = await reread()
    expect(codes(result)).toEqual(['checksum', 'damaged'])
    expect(messages(result)[0]).toBe(
      `"${artifact().key}" has another sha256 than its manifest says: ${artifact().sha256} was stored, ${sha256Of(flipped)} is there.`,
    )
    expect(messages(result)[1]).toContain('The gzip stream is damaged')
    expect(result.content).toBeUndefined()
  })

  it('names the hour that a swapped object belongs to', async () => {
    const other = await storePoint(store, {
      ...{ slot: 'Monday-12-00', startedAt: '2026-11-23T12:05:00.000Z', runId: '122' },
      dump: ordersDump('INSERT INTO `orders` VALUES (1);\n'),
    })
    const stranger = other.artifacts[0]
    const bytes = store.bytes(stranger?.key ?? '') ?? Buffer.alloc(0)
    await putBytes(store, artifact().key, bytes, (await store.head(stranger?.key ?? ''))?.metadata)
    const result = await reread()
    expect(codes(result)).toEqual(['size', 'foreign'])
    expect(messages(result)[1]).toBe(
      `"${artifact().key}" is that of slot "Monday-12-00" taken at "2026-11-23T12:05:00.000Z", run "122-1"; its manifest says slot "Monday-13-00" taken at "2026-11-23T13:05:00.000Z", run "123-1".`,
    )
  })

  it('compares what is in a swapped object of the same size', async () => {
    manifest = await storePoint(store, { dump: ordersDump('INSERT INTO `orders` VALUES (1);\n') })
    const others = Array.from({ length: 8 }, (_, index) =>
      gzipSync(ordersDump(`INSERT INTO \`orders\` VALUES (${index + 2});\n`)),
    )
    const other = others.find(({ length }) => length === artifact().bytes)
    await replace(other ?? Buffer.alloc(0))
    const result = await reread()
    expect(codes(result)).toEqual(['checksum', 'content'])
    expect(messages(result)[1]).toBe(
      `"${artifact().key}" does not hold what its manifest says: table "orders" has other rows.`,
    )
    expect(result.content).toMatchObject({ tables: [{ name: 'orders' }] })
  })

  it('shows an edited time or run in the manifest', async () => {
    manifest.startedAt = '2026-11-23T14:05:00.000Z'
    expect(codes(await reread())).toEqual(['foreign'])
    manifest = await storePoint(store)
    manifest.run.id = '124'
    expect(codes(await reread())).toEqual(['foreign'])
  })

  it('does not ask for the run of a backup that was taken outside GitHub', async () => {
    manifest = await storePoint(store, { runId: '' })
    expect(codes(await reread())).toEqual([])
  })

  it.each([
    ['of another slot', `${prefix}/Monday-12-00.database.sql.gz`],
    ['of another folder', 'elsewhere/Monday-13-00.database.sql.gz'],
    ['of something else', 'salaries.csv'],
  ])('never reads a key %s', async (_, key) => {
    await putBytes(store, key, held())
    const operations = store.operations.length
    artifact().key = key
    const stranger = manifest.artifacts[0] ?? artifact()
    const result = await rereadArtifact(point(), stranger, usual(stranger))
    expect(messages(result)).toEqual([
      `The manifest of "Monday-13-00" names "${key}", which is not an object of its slot.`,
    ])
    expect(codes(result)).toEqual(['foreign'])
    expect(store.operations.length).toBe(operations)
  })

  it('knows an archived object', async () => {
    store.archive(artifact().key)
    expect(codes(await reread())).toEqual(['archived'])
  })

  it('reads an object of a storage class that only sounds cold', async () => {
    const named = answering(store, {
      head: async key => {
        const object = await store.head(key)
        return object && { ...object, storageClass: 'GLACIER', isArchived: true }
      },
    })
    const { findings } = await rereadArtifact(point(named), artifact(), usual(artifact()))
    expect(findings).toEqual([])
  })

  it('hands on what the store says when it denies the look or the reading', async () => {
    store.failNext('head', /./, denied)
    const looked = await reread()
    expect(looked.findings).toEqual([
      { code: 'denied', level: 'error', key: artifact().key, what: denied.message, fix: 'Allow it.' },
    ])
    store.failNext('get', /./, denied)
    expect(codes(await reread())).toEqual(['denied'])
  })

  it('says when the object is replaced or removed while it is read', async () => {
    const bytes = held()
    store.cutNext(/./, 100, reset)
    const replaced = reread()
    const restored = replace(Buffer.alloc(bytes.length))
    expect(codes(await replaced)).toEqual(['changed'])
    await restored
  })

  it.each([
    ['tables', { tables: [] }, 'tables "se`q", "orders", "new\\x0aline" are unexpected'],
    ['views', { views: 2, objects: undefined }, 'it has 1 view, not 2'],
    ['routines', { routines: 0, objects: undefined }, 'it has 1 routine, not 0'],
    ['bytes', { bytes: 7 }, /unpacked it has [\d,]+ bytes, not 7$/],
    ['sha256', { sha256: 'a'.repeat(64) }, /unpacked it has the sha256 [0-9a-f]{64}, not a{64}$/],
  ])('shows edited %s in the manifest', async (_, edited, told) => {
    Object.assign(artifact().content, edited)
    const result = await reread()
    expect(codes(result)).toEqual(['content'])
    expect(messages(result)[0]?.replace(/\.$/, '')).toEqual(
      typeof told === 'string' ? expect.stringContaining(told) : expect.stringMatching(told),
    )
  })

  it('names the tables of a dump that was changed and whose digest was forged', async () => {
    const text = (orders: string) =>
      mysqlDump(
        table('orders') + rows('orders', orders) + table('users') + rows('users', 'INSERT INTO `users` VALUES (1);\n'),
      )
    manifest = await storePoint(store, { dump: text('INSERT INTO `orders` VALUES (1);\n') })
    await forge(gzipSync(text('INSERT INTO `orders` VALUES (9);\n')))
    expect(messages(await reread())).toEqual([
      `"${artifact().key}" does not hold what its manifest says: table "orders" has other rows.`,
    ])
  })

  it('compares what an archive holds', async () => {
    const more = archive(
      folder('var/www/html/'),
      entry({ name: 'var/www/html/index.php', data: Buffer.from('<?php echo 1;') }),
      entry({ name: 'var/www/html/shell.php' }),
    )
    await forge(gzipSync(more), 'codebase')
    expect(messages(await reread('codebase'))).toEqual([
      `"${artifact('codebase').key}" does not hold what its manifest says: it has 2 files, not 1; it has 0 links, not 1.`,
    ])
  })

  it('says of content that was no better when it was stored that it is what was stored', async () => {
    await forge(gzipSync('-- half a dump\nCREATE TABLE `a` ('))
    const result = await reread()
    expect(codes(result)).toEqual(['damaged'])
    expect(messages(result)[0]).toContain('is to the byte what was stored, and does not pass: The dump is cut off')
  })

  it('goes by the check that it is given', async () => {
    const inner = checkDump()
    const strict = {
      ...{ write: (chunk: Buffer) => inner.write(chunk), progress: () => inner.progress() },
      finish: (): DumpContent => {
        throw new CheckError('Refused.', { advice: 'Do something else.' })
      },
    }
    const { findings } = await reread('database', strict)
    expect(findings).toEqual([
      {
        code: 'damaged',
        level: 'error',
        key: artifact().key,
        what: `"${artifact().key}" is to the byte what was stored, and does not pass: Refused.`,
        fix: 'Do something else.',
      },
    ])
  })

  it('does not unpack far more than the manifest says', async () => {
    await forge(gzipSync(Buffer.alloc(80 * 2 ** 20)))
    let bytes = 0
    const count = {
      write: (chunk: Buffer) => {
        bytes += chunk.length
      },
      finish: () => ({ bytes, sha256: '' }),
      progress: () => ({ bytes }),
    }
    const of = artifact()
    const { findings, content } = await rereadArtifact(point(), of, {
      ...{ check: count, compare: () => [], signal: new AbortController().signal },
    })
    expect(bytes).toBeLessThan(70 * 2 ** 20)
    expect(content).toBeUndefined()
    expect(findings.map(({ what }) => what)).toEqual([
      `"${of.key}" is to the byte what was stored, and does not pass: it holds far more than the ${of.content.bytes} bytes of content that its manifest says.`,
    ])
  })

  it('goes on where a connection breaks', async () => {
    for (const afterBytes of [50, 0, 300]) store.cutNext(/./, afterBytes, reset)
    expect(codes(await reread())).toEqual([])
  })

  it('throws when the store gives no answer', async () => {
    store.failAlways('get', /./, reset)
    await expect(reread()).rejects.toBe(reset)
    store.failAlways('head', /./, reset)
    await expect(reread()).rejects.toBe(reset)
  })

  it('throws the reason of an abort', async () => {
    const stop = new AbortController()
    const reason = new Error('cancelled')
    const reading = rereadArtifact(point(), artifact(), {
      ...usual(artifact(), stop.signal),
      onProgress: () => stop.abort(reason),
    })
    await expect(reading).rejects.toBe(reason)
  })
})
