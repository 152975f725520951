import { statusKeys } from '../../../src/repository/names/keys'
import { writeStatusFiles } from '../../../src/repository/status-files'
import type { Store } from '../../../src/store/store'
import { StoreError } from '../../../src/store/store-error'
import { memoryStore } from '../../memory/memory-store'

const { document, page } = statusKeys('web1')
const made: (string | undefined)[] = []
const make = (earlier: string | undefined) => {
  made.push(earlier)
  return { document: `{"after": ${JSON.stringify(earlier ?? null)}}`, page: '<!doctype html>' }
}
const lines: string[] = []
const log = { info: (line: string) => void lines.push(line) }
const write = (store: Store, prefix = 'web1') => writeStatusFiles({ store, prefix }, make, log)
const denied = new StoreError('Access denied.', { code: 'AccessDenied', status: 403 })
const refusing = (store: Store, methods: Partial<Store>): Store =>
  new Proxy(store, {
    get: (target, name) => {
      const method = Reflect.get(methods, name) ?? Reflect.get(target, name)
      return typeof method === 'function' ? method.bind(target) : method
    },
  })

beforeEach(() => {
  made.length = 0
  lines.length = 0
})

describe('writeStatusFiles', () => {
  it('puts both beside the recovery points, and gives the next run what this one wrote', async () => {
    const store = memoryStore()
    expect(await write(store)).toEqual([])
    expect(await store.getText(page)).toBe('<!doctype html>')
    expect(await write(store)).toEqual([])
    expect(made).toEqual([undefined, '{"after": null}'])
  })

  it('leaves a page of somebody else, with a warning', async () => {
    const store = memoryStore()
    await store.putText('index.html', 'my site', { contentType: 'text/html' })
    const [warning] = await write(store, '')
    expect(warning).toMatchObject({ code: 'status-page', level: 'warning' })
    expect(await store.getText('index.html')).toBe('my site')
    expect(await store.getText('status.json')).toBeUndefined()
  })

  it('works with a key that may only write, but not at the root of a bucket, where a site may be', async () => {
    const store = memoryStore()
    const refuse = async (): Promise<never> => {
      throw denied
    }
    const blind = refusing(store, { head: refuse, getText: refuse })
    expect(await write(blind)).toEqual([])
    expect(await store.getText(page)).toBe('<!doctype html>')
    expect(await write(blind, '')).toEqual([])
    expect(await store.getText('index.html')).toBeUndefined()
    expect(lines).toEqual([expect.stringContaining('No status page')])
  })

  it('never fails a run: a missing right is a line of the log, anything else a warning', async () => {
    const put = (error: StoreError) =>
      refusing(memoryStore(), {
        putText: async () => {
          throw error
        },
      })
    expect(await write(put(denied))).toEqual([])
    expect(lines).toEqual([`No status page: the credentials may not write "${page}".`])
    const [warning] = await write(put(new StoreError('The store is on fire.', { code: 'InternalError', status: 500 })))
    expect(warning).toMatchObject({ code: 'status-page', what: expect.stringContaining('The store is on fire.') })
    expect(document).toBe('web1/status.json')
  })
})
