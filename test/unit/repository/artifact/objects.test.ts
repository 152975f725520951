import { keysOf, objectsOf, withoutUploads } from '../../../../src/repository/artifact/objects'
import { prefix, slot, World } from '../ring'

const contents = [
  { name: 'shop.database', parts: ['rows'] },
  { name: 'codebase', parts: ['files'] },
]

describe('objectsOf', () => {
  it('names every data object, in the order of the manifest', async () => {
    const prepared = await new World().prepare(contents)
    const keys = [`${prefix}/${slot}.shop.database.sql.gz`, `${prefix}/${slot}.codebase.tar.gz`]
    expect(keysOf(prepared)).toEqual(keys)
    expect(objectsOf(prepared)).toMatchObject(prepared.artifacts.map(({ upload }) => ({ upload })))
  })
})

describe('withoutUploads', () => {
  it('leaves nothing to complete, and changes what is known of each object', async () => {
    const prepared = await new World().prepare(contents)
    const completed = withoutUploads(prepared, ({ key }) => ({ etag: `etag of ${key}` }))
    expect(completed.map(({ name, etag }) => [name, etag])).toEqual([
      ['shop.database', `etag of ${prepared.artifacts[0]?.key}`],
      ['codebase', `etag of ${prepared.artifacts[1]?.key}`],
    ])
    expect(completed.some(({ upload }) => upload !== undefined)).toBe(false)
    expect(prepared.artifacts.every(({ upload }) => upload !== undefined)).toBe(true)
  })
})
