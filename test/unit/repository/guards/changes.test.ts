import type { Baseline } from '../../../../src/repository/guards/baseline'
import { compareWith } from '../../../../src/repository/guards/changes'
import { defined } from '../../../../src/runtime/defined'
import { aBaseline, aDatabaseBaseline, aFilesBaseline, aTable } from '../a-baseline'

const unknown = { before: undefined, after: undefined }

describe('compareWith', () => {
  it('reports sizes and counts of each part, and since when', () => {
    const now = aBaseline([
      aDatabaseBaseline({ contentBytes: 120_000, names: { view: ['sales', 'stock'] } }),
      aFilesBaseline({ files: 2530, contentBytes: 900_000 }),
    ])
    const { since, parts } = compareWith(aBaseline(), now)
    expect(since).toEqual({ slot: 'Monday-12-00', takenAt: new Date('2026-11-23T12:05:02.120Z') })
    expect(parts).toEqual([
      {
        name: 'database',
        state: 'kept',
        contentBytes: { before: 100_000, after: 120_000 },
        counts: [
          { one: 'table', before: 3, after: 3 },
          { one: 'view', before: 1, after: 2 },
          { one: 'trigger', before: 1, after: 0 },
          { one: 'routine', before: 1, after: 0 },
          { one: 'event', before: 0, after: 0 },
        ],
      },
      {
        name: 'codebase',
        state: 'kept',
        contentBytes: { before: 1_000_000, after: 900_000 },
        counts: [
          { one: 'file', before: 2521, after: 2530 },
          { one: 'directory', many: 'directories', before: 300, after: 300 },
          { one: 'symbolic link', before: 2, after: 2 },
        ],
      },
    ])
  })

  it('says nothing of rows that are recorded under another key, or under none', () => {
    const now = aBaseline([aDatabaseBaseline({ parts: [aTable('orders', 5000, 'under another key')] })])
    for (const [before, after] of [
      [undefined, 'a'],
      ['a', undefined],
      ['a', 'b'],
    ]) {
      const keyed = (baseline: Baseline, fingerprintKeyId: string | undefined) => ({
        ...baseline,
        ...defined({ fingerprintKeyId }),
      })
      expect(compareWith(keyed(aBaseline(), before), keyed(now, after)).tables).toBeUndefined()
    }
    expect(
      compareWith({ ...aBaseline(), fingerprintKeyId: 'a' }, { ...now, fingerprintKeyId: 'a' }).tables,
    ).toBeDefined()
  })

  it('distinguishes tables by their fingerprints, the greatest difference first', () => {
    const before = aDatabaseBaseline({
      parts: [aTable('same'), aTable('grown', 1000), aTable('edited', 500, 'old'), aTable('gone', 80_000)],
    })
    const now = aDatabaseBaseline({
      parts: [aTable('same'), aTable('grown', 9000, 'more'), aTable('edited', 500, 'new'), aTable('new', 70)],
    })
    expect(compareWith(aBaseline([before]), aBaseline([now])).tables).toEqual({
      changed: 2,
      added: 1,
      gone: 1,
      unchanged: 1,
      greatest: [
        { name: 'gone', bytes: { before: 80_000, after: undefined }, rows: unknown },
        { name: 'grown', bytes: { before: 1000, after: 9000 }, rows: unknown },
        { name: 'new', bytes: { before: undefined, after: 70 }, rows: unknown },
        { name: 'edited', bytes: { before: 500, after: 500 }, rows: unknown },
      ],
    })
  })

  it('lists fifteen tables at most and counts all', () => {
    const tables = (rows: string) => Array.from({ length: 30 }, (_, index) => aTable(`t${index}`, 1000 + index, rows))
    const { tables: changes } = compareWith(
      aBaseline([aDatabaseBaseline({ parts: tables('old') })]),
      aBaseline([aDatabaseBaseline({ parts: tables('new') })]),
    )
    expect(changes).toMatchObject({ changed: 30, unchanged: 0 })
    expect(changes?.greatest).toHaveLength(15)
  })

  it('reports parts that are new or gone, and names tables with their database where there are several', () => {
    const shop = aDatabaseBaseline({ name: 'shop.database', parts: [aTable('orders', 1000, 'new')] })
    const blog = aDatabaseBaseline({ name: 'blog.database', source: 'blog' })
    const { parts, tables } = compareWith(
      aBaseline([aDatabaseBaseline({ parts: [aTable('orders')] }), aFilesBaseline()]),
      aBaseline([shop, blog]),
    )
    expect(parts.map(({ name, state }) => [name, state])).toEqual([
      ['shop.database', 'kept'],
      ['blog.database', 'new'],
      ['codebase', 'gone'],
    ])
    expect(tables).toMatchObject({ changed: 1, added: 0, greatest: [{ name: 'shop.orders' }] })
  })

  it('compares first-level folders, also those that are new or gone', () => {
    const folders = (entries: readonly [string, number][]) =>
      aFilesBaseline({
        amounts: { 'first-level folder': entries.map(([name, files]) => ({ name, files, bytes: files * 10 })) },
      })
    const { folders: changes } = compareWith(
      aBaseline([
        folders([
          ['/srv/same', 3],
          ['/srv/less', 90],
          ['/srv/gone', 40],
        ]),
      ]),
      aBaseline([
        folders([
          ['/srv/same', 3],
          ['/srv/less', 20],
          ['/srv/new', 1],
        ]),
      ]),
    )
    expect(changes).toEqual({
      differing: 3,
      greatest: [
        { name: '/srv/less', files: { before: 90, after: 20 }, bytes: { before: 900, after: 200 } },
        { name: '/srv/gone', files: { before: 40, after: undefined }, bytes: { before: 400, after: undefined } },
        { name: '/srv/new', files: { before: undefined, after: 1 }, bytes: { before: undefined, after: 10 } },
      ],
    })
    expect(compareWith(aBaseline([aFilesBaseline()]), aBaseline([aFilesBaseline()]))).not.toHaveProperty('folders')
  })

  it('has nothing to say of tables where there is no database', () => {
    const files = aBaseline([aFilesBaseline()])
    expect(compareWith(files, files)).not.toHaveProperty('tables')
  })
})
