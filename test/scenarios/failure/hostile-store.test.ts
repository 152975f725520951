import { actionRun, s3Inputs } from '../../runner/action-run'
import { type FaultProxy, startFaultProxy } from '../../servers/fault-proxy'
import { testServices } from '../../servers/test-services'

const services = testServices()
const forever = Number.POSITIVE_INFINITY
const prefix = 'running-backups/'
let proxy: FaultProxy

beforeAll(async () => {
  // No store is behind it: every answer is its own.
  proxy = await startFaultProxy({ upstream: 'http://127.0.0.1:1' })
})
beforeEach(() => proxy.clear())
afterAll(() => proxy?.stop())

async function list(endpoint = proxy.endpoint) {
  const s3 = { ...services.s3, endpoint }
  const { main } = await actionRun('list', { inputs: s3Inputs({ s3 }, 'backups') })
  if (main === undefined) throw new Error('The main step did not run.')
  return main
}

function entry(key: string, bytes: number): string {
  return `<Contents><Key>${key}</Key><Size>${bytes}</Size><ETag>"e"</ETag><LastModified>2026-11-23T13:05:02.000Z</LastModified></Contents>`
}

const listing: Parameters<FaultProxy['fail']>[0] = { query: { 'list-type': '2' } }
const slots = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].flatMap(day =>
  Array.from({ length: 24 }, (_, hour) => `${day}-${String(hour).padStart(2, '0')}-00`),
)

/** A bucket with a manifest for each hour of the week. */
function manifestsOf(bytes: number, text: string): void {
  proxy.fail(
    listing,
    {
      kind: 'made',
      body: ({ query }) =>
        `<ListBucketResult>${query.get('prefix') === prefix ? slots.map(slot => entry(`${prefix}${slot}.manifest.json`, bytes)).join('') : ''}</ListBucketResult>`,
    },
    forever,
  )
  proxy.fail(
    {},
    { kind: 'made', headers: { ETag: '"e"', 'content-length': String(text.length) }, body: () => text },
    forever,
  )
}

function manifestWith(bytes: number, value: string): string {
  const begin = '{"format":"make-a-backup/1","more":['
  return `${begin}${`${value},`.repeat((bytes - begin.length - 10) / (value.length + 1))}0]}`
}

describe('a list of a bucket that lies stays in constant memory', () => {
  afterEach(() => proxy.clear())

  it('when an answer has no end', async () => {
    proxy.fail({}, { kind: 'repeat', begin: '<ListBucketResult>', text: '<Contents/>' }, forever)
    const main = await list()
    expect(main.annotations.error[0]?.message).toContain('the store sent more than any answer to this request has')
    expect(main.peakRssBytes).toBeLessThan(256_000_000)
  })

  it('when the listing has no end', async () => {
    let page = 0
    proxy.fail(
      listing,
      {
        kind: 'made',
        body: ({ query }) => {
          const entries = Array.from({ length: 1000 }, (_, index) =>
            entry(`${query.get('prefix')}Monday-13-00.${page * 1000 + index}.database.sql.gz`, 1),
          )
          return `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>${page++}</NextContinuationToken>${entries.join('')}</ListBucketResult>`
        },
      },
      forever,
    )
    const main = await list()
    expect(main.annotations.error[0]?.message).toContain('more than 150,000 objects')
    expect(main.peakRssBytes).toBeLessThan(256_000_000)
  })

  it.each<[string, number, string]>([
    ['many small manifests are made of braces', 128 * 1024, '{}'],
    ['many large ones are', 1_400_000, '{}'],
    ['they are as long as any may be', 8 * 2 ** 20, '"0123456789abcdef0123456789abcdef"'],
  ])(
    'when %s',
    async (_what, bytes, value) => {
      manifestsOf(bytes, manifestWith(bytes, value))
      const main = await list()
      expect(main.annotations.error).toEqual([])
      expect(main.annotations.warning.map(({ title }) => title)).toContain('not-restorable')
      expect(main.peakRssBytes).toBeLessThan(256_000_000)
    },
    300_000,
  )
})

describe('a list of a store that is reached without encryption', () => {
  it('warns of it once', async () => {
    const main = await list('http://store.invalid:9000')
    expect(main.annotations.error).toHaveLength(1)
    expect(main.annotations.warning).toEqual([
      expect.objectContaining({
        title: 'unencrypted',
        message: expect.stringContaining('anyone on the way can read every database and file that passes'),
      }),
    ])
  })
})
