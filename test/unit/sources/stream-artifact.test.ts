import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { ContentCheck, ContentDigest } from '../../../src/pipeline/content-check'
import { startJob } from '../../../src/server/job'
import { type ArtifactStream, type StreamContext, streamArtifact } from '../../../src/sources/stream-artifact'
import { type MemoryStore, memoryStore } from '../../memory/memory-store'
import { errorOf } from '../error-of'
import { aConnection, type TestConnection, type TestProcess } from '../server/a-connection'

const key = 'shop/Monday.database.sql'
const refusal = new Error('mysqldump ended with status 3')
const cancelled = new Error('Cancelled.')

interface Scene {
  store: MemoryStore
  connection: TestConnection
  process(): Promise<TestProcess>
  abort: AbortController
  uploads: string[]
  run(): ReturnType<typeof streamArtifact>
}

function aScene(options: { check?: Partial<ContentCheck<ContentDigest>>; store?: MemoryStore } = {}): Scene {
  const store = options.store ?? memoryStore({ minPartBytes: 1 })
  const connection = aConnection()
  const abort = new AbortController()
  const uploads: string[] = []
  let bytes = 0
  const hash = createHash('sha256')
  const artifact: ArtifactStream<ContentDigest> = {
    ...{ name: 'database', key, codecs: [] },
    check: {
      write: chunk => {
        bytes += chunk.length
        hash.update(chunk)
      },
      finish: () => ({ bytes, sha256: hash.digest('hex') }),
      progress: () => ({ bytes }),
      ...options.check,
    },
    put: { contentType: 'application/octet-stream' },
    open: async signal => ({
      job: await startJob(connection, 'open-dump', [], { explain: () => refusal, signal }),
      expectedBytes: undefined,
    }),
  }
  const context: StreamContext = {
    repository: { store, prefix: 'shop' },
    clock: { now: () => new Date(0), monotonicMs: () => 0, aheadMs: () => undefined },
    signal: abort.signal,
    memoryBudgetBytes: 32 * 2 ** 20,
    onUpload: ({ uploadId }) => uploads.push(uploadId),
    onStart: () => {},
    onFinish: () => {},
  }
  return {
    ...{ store, connection, abort, uploads },
    process: async () => {
      for (;;) {
        const [process] = connection.processes
        if (process !== undefined && uploads.length > 0) return process
        await wait(1)
      }
    },
    run: () => streamArtifact(artifact, context),
  }
}

describe('streamArtifact', () => {
  it('stores every part, which nobody sees yet', async () => {
    const scene = aScene()
    const running = scene.run()
    const process = await scene.process()
    process.succeeds('the whole dump')
    const artifact = await running
    expect(artifact).toMatchObject({ name: 'database', key, bytes: 14, report: { done: true } })
    expect(scene.store.keys()).toEqual([])
    const { id, partETags } = artifact.upload
    await scene.store.completeUpload(key, id, partETags, artifact.bytes)
    expect(scene.store.bytes(key)?.toString()).toBe('the whole dump')
  })

  it('throws what the job says when it fails after its last byte', async () => {
    const scene = aScene()
    const running = errorOf(scene.run())
    const process = await scene.process()
    process.begins()
    process.prints('the whole dump')
    process.endsOutput()
    process.exits(3)
    expect(await running).toBe(refusal)
  })

  it('throws what the check says and ends the job', async () => {
    const wrong = new Error('The dump breaks off.')
    const scene = aScene({
      check: {
        write: () => {
          throw wrong
        },
      },
    })
    const running = errorOf(scene.run())
    const process = await scene.process()
    process.begins()
    process.prints('half')
    expect(await running).toBe(wrong)
    expect(process.isClosed).toBe(true)
  })

  it('throws what the store says when no upload can be begun, and ends the job', async () => {
    const scene = aScene()
    scene.store.failNext('createUpload', /./, new Error('Access denied.'))
    expect(await errorOf(scene.run())).toEqual(new Error('Access denied.'))
    expect(scene.connection.processes).toMatchObject([{ isClosed: true }])
  })

  it('opens nothing when it was cancelled before', async () => {
    const scene = aScene()
    scene.abort.abort(cancelled)
    expect(await errorOf(scene.run())).toBe(cancelled)
    expect(scene.connection.processes).toEqual([])
    expect(scene.store.operations).toEqual([])
  })

  it('throws the reason when it is cancelled, and ends the job', async () => {
    const scene = aScene()
    const running = errorOf(scene.run())
    const process = await scene.process()
    process.begins()
    process.prints('half')
    await wait(5)
    scene.abort.abort(cancelled)
    expect(await running).toBe(cancelled)
    expect(process.isClosed).toBe(true)
  })

  it.each([
    ['was cancelled', cancelled, ({ abort }: Scene) => abort.abort(cancelled)],
    [
      'failed',
      refusal,
      ({ connection: { processes } }: Scene) => {
        processes[0]?.endsOutput()
        processes[0]?.exits(3)
      },
    ],
  ])('tells of an upload that was begun while the job %s, and throws why', async (_, why, end) => {
    const begins = Promise.withResolvers<void>()
    const store = memoryStore({
      minPartBytes: 1,
      onOperation: (operation, _key, moment) =>
        operation === 'createUpload' && moment === 'after' ? begins.promise : undefined,
    })
    const scene = aScene({ store })
    const running = errorOf(scene.run())
    await wait(5)
    end(scene)
    await wait(5)
    begins.resolve()
    expect(await running).toBe(why)
    expect(scene.uploads).toHaveLength(1)
    expect(scene.connection.processes).toMatchObject([{ isClosed: true }])
  })
})
