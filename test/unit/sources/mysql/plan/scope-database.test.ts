import type { ArtifactBaseline } from '../../../../../src/repository/guards/baseline'
import { checkShrink } from '../../../../../src/repository/guards/shrink'
import { type RequestedDatabases, scopeDatabase } from '../../../../../src/sources/mysql/plan/scope-database'
import { aBaseline, aDatabaseBaseline, aTable, withoutNames } from '../../../repository/a-baseline'

const shop = aDatabaseBaseline({
  contentBytes: 200_000,
  parts: [aTable('orders', 20_000), aTable('log', 100_000), aTable('cache', 70_000)],
  names: { view: ['totals'], trigger: ['Stamp', 'flush'], routine: ['procedure p'], event: [] },
})

function requesting(overrides: Partial<RequestedDatabases> = {}): RequestedDatabases {
  return { databases: ['shop'], exceptDatabases: [], leftOut: () => undefined, ...overrides }
}

describe('scopeDatabase', () => {
  it('keeps a database that is still requested', () => {
    expect(scopeDatabase(shop, requesting())).toEqual({ kept: shop })
  })

  it('keeps nothing of one that the workflow dropped, and names it', () => {
    expect(scopeDatabase(shop, requesting({ databases: ['blog'] }))).toEqual({
      kept: undefined,
      dropped: 'the database "shop"',
      isGone: true,
    })
  })

  it('keeps nothing of one that the workflow takes out of "*"', () => {
    expect(scopeDatabase(shop, requesting({ databases: 'all', exceptDatabases: ['shop'] }))).toMatchObject({
      kept: undefined,
      isGone: true,
    })
  })

  it('keeps one that is gone although "*" still requests it, and one that cannot be named', () => {
    expect(scopeDatabase(shop, requesting({ databases: 'all' })).kept).toBe(shop)
    expect(scopeDatabase(shop, requesting({ databases: 'all', exceptDatabases: ['blog'] })).kept).toBe(shop)
    const unknown = aDatabaseBaseline({ source: undefined })
    expect(scopeDatabase(unknown, requesting({ databases: ['blog'] })).kept).toBe(unknown)
  })

  describe('with tables that are excluded now, and structure-only ones', () => {
    const leftOut = () => ({
      tables: new Set(['log', 'totals']),
      rows: new Set(['cache']),
      triggers: new Set(['FLUSH']),
    })
    const kept = scopeDatabase(shop, requesting({ leftOut })).kept ?? shop

    it('expects neither them, nor what belongs to them, nor their rows', () => {
      expect(kept).toMatchObject({
        contentBytes: 30_000,
        counts: { table: 2, view: 0, trigger: 1, routine: 1 },
        names: { view: [], trigger: ['Stamp'], routine: ['procedure p'] },
        parts: [aTable('orders', 20_000), aTable('cache', 0)],
      })
    })

    it('makes a backup without them no suspect one', () => {
      const now = aDatabaseBaseline({
        contentBytes: 30_000,
        parts: [aTable('orders', 20_000), aTable('cache', 0)],
        names: { ...shop.names, view: [], trigger: ['Stamp'] },
      })
      const isSuspect = (before: ArtifactBaseline) =>
        checkShrink({
          now: aBaseline([now]),
          baseline: aBaseline([before]),
          maxShrink: { kind: 'percent', percent: 50 },
          acceptShrink: false,
        }).suspect
      expect(isSuspect(kept)).toBe(false)
      expect(isSuspect(shop)).toBe(true)
    })

    it('takes nothing away from numbers alone', () => {
      const numbers = withoutNames(shop)
      expect(scopeDatabase(numbers, requesting({ leftOut })).kept).toEqual(numbers)
    })
  })
})
