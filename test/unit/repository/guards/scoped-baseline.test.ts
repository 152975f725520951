import type { Baseline, DatabaseBaseline } from '../../../../src/repository/guards/baseline'
import { type RequestedScope, scopedBaseline } from '../../../../src/repository/guards/scoped-baseline'
import { checkShrink } from '../../../../src/repository/guards/shrink'

const sha256 = 'a'.repeat(64)
const shop: DatabaseBaseline = {
  kind: 'database',
  name: 'database',
  database: 'shop',
  bytes: 50_000,
  contentBytes: 200_000,
  counts: { table: 3, view: 1, trigger: 2, routine: 1, event: 0 },
  tables: [
    { name: 'orders', bytes: 20_000, sha256 },
    { name: 'log', bytes: 100_000, sha256 },
    { name: 'cache', bytes: 70_000, sha256 },
  ],
  names: { view: ['totals'], trigger: ['Stamp', 'flush'], routine: ['procedure p'], event: [] },
}
const before: Baseline = {
  slot: 'Monday-13-00',
  takenAt: '2026-11-23T13:00:00.000Z',
  artifacts: [
    shop,
    {
      kind: 'files',
      name: 'codebase',
      bytes: 1,
      contentBytes: 900_000,
      files: 90,
      directories: 3,
      links: 0,
      paths: ['/srv/a', '/srv/b'],
    },
  ],
}

function asking(overrides: Partial<RequestedScope> = {}): RequestedScope {
  return { databases: ['shop'], paths: ['/srv/a', '/srv/b'], leftOut: () => undefined, ...overrides }
}

describe('askedBaseline', () => {
  it('leaves everything in that is still asked for', () => {
    expect(scopedBaseline(before, asking())).toEqual({ baseline: before, warnings: [] })
  })

  it.each<[string, Partial<RequestedScope>, RegExp]>([
    ['the files', { paths: [] }, /has files, which the workflow no longer asks for/],
    ['a folder', { paths: ['/srv/a'] }, /the folders \/srv\/b/],
    ['a database', { databases: ['blog'] }, /the database "shop"/],
  ])('leaves out %s that the workflow dropped, and says so', (_, dropped, message) => {
    const { baseline, warnings } = scopedBaseline(before, asking(dropped))
    expect(baseline.artifacts).toHaveLength(1)
    expect(warnings).toEqual([
      { code: 'part-dropped', level: 'warning', what: expect.stringMatching(message) },
    ])
  })

  it('keeps a database that is gone although "*" still asks for it', () => {
    expect(scopedBaseline(before, asking({ databases: 'all' })).baseline.artifacts).toHaveLength(2)
  })

  it('takes folders that lie in a wider one now for the same', () => {
    expect(scopedBaseline(before, asking({ paths: ['/srv'] })).warnings).toEqual([])
  })

  it('expects nothing of tables that are excluded now, nor rows of structure-only ones', () => {
    const leftOut = () => ({
      tables: new Set(['log', 'totals']),
      rows: new Set(['cache']),
      triggers: new Set(['FLUSH']),
    })
    const { baseline } = scopedBaseline(before, asking({ leftOut }))
    const [database] = baseline.artifacts
    expect(database).toMatchObject({
      contentBytes: 30_000,
      counts: { table: 2, view: 0, trigger: 1, routine: 1 },
      names: { view: [], trigger: ['Stamp'] },
    })
    const now: Baseline = {
      ...before,
      artifacts: [
        {
          ...shop,
          contentBytes: 30_000,
          counts: { ...shop.counts, table: 2, view: 0, trigger: 1 },
          tables: [
            { name: 'orders', bytes: 20_000, sha256 },
            { name: 'cache', bytes: 0, sha256 },
          ],
          names: { ...shop.names, view: [], trigger: ['Stamp'] },
        },
        ...before.artifacts.slice(1),
      ],
    }
    const judge = (against: Baseline) =>
      checkShrink({
        now,
        baseline: against,
        maxShrink: { kind: 'percent', percent: 50 },
        acceptShrink: false,
      })
    expect(judge(baseline).suspect).toBe(false)
    expect(judge(before).suspect).toBe(true)
  })
})
