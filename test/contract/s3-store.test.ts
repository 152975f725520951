import { openS3Store } from '../../src/store/s3/s3-store'
import { openTestS3, type TestS3 } from './s3-server'
import { storeContract } from './store-contract'

let s3: TestS3

beforeAll(async () => {
  s3 = await openTestS3()
}, 60_000)

afterAll(() => s3?.stop())

/** Sizes at which every way to copy is gone without gigabytes. */
const smallCopies = { singleCopyBytes: 6 * 2 ** 20, copyPartBytes: 5 * 2 ** 20 }

storeContract('openS3Store', async () =>
  openS3Store(await s3.freshBucket(), { pageSize: 3, retryDelayMs: 10, ...smallCopies }),
)

describe('openS3Store', () => {
  it('lists more objects than a page of the store holds', async () => {
    const store = openS3Store(await s3.freshBucket())
    const names = Array.from({ length: 1_005 }, (_, index) => `many/${String(index).padStart(4, '0')}`)
    const rest = names.values()
    const put = async () => {
      for (const name of rest) await store.putText(name, '', { contentType: 'text/plain' })
    }
    await Promise.all([put(), put(), put(), put(), put(), put(), put(), put()])
    const listed: string[] = []
    for await (const { key } of store.list('many/')) listed.push(key)
    expect(listed).toEqual(names)
    store.close()
  }, 30_000)
})
