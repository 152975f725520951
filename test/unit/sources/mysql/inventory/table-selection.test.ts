import fc from 'fast-check'
import type { DatabaseInventory, ListedTable } from '../../../../../src/sources/mysql/inventory/inventory'
import {
  matchesGlob,
  selectTables,
  type TablePattern,
  unmatchedPatterns,
} from '../../../../../src/sources/mysql/inventory/table-selection'

function database(name: string, tables: string[], others: Partial<Record<ListedTable['kind'], string[]>> = {}) {
  const listed = (kind: ListedTable['kind'], names: string[] = []): ListedTable[] =>
    names.map(each => ({ name: each, kind, engine: kind === 'view' ? '' : 'InnoDB', sizeBytes: 0 }))
  const inventory: DatabaseInventory = {
    name,
    characterSet: 'utf8mb4',
    collation: 'utf8mb4_general_ci',
    tables: [...listed('table', tables), ...listed('view', others.view), ...listed('sequence', others.sequence)],
    triggers: [],
    routines: [],
    events: [],
    definers: [],
    ambiguous: [],
  }
  return inventory
}

function pattern(text: string): TablePattern {
  const [first = '', table] = text.split('.')
  return table === undefined ? { text, table: first } : { text, database: first, table }
}

const filters = (exclude: string[], structureOnly: string[] = []) => ({
  exclude: exclude.map(pattern),
  structureOnly: structureOnly.map(pattern),
})

describe('selectTables', () => {
  const shop = database('shop', ['orders', 'cache_a', 'cache_b', 'sessions'], {
    view: ['cache_view', 'totals'],
    sequence: ['ids'],
  })

  it('selects nothing without patterns', () => {
    expect(selectTables(filters([]), shop)).toEqual({ excluded: [], structureOnly: [] })
  })

  it('excludes tables, views and sequences by name and by pattern', () => {
    expect(selectTables(filters(['cache_*', 'ids']), shop).excluded).toEqual([
      'cache_a',
      'cache_b',
      'cache_view',
      'ids',
    ])
  })

  it('takes the rows of tables only, never of views and sequences', () => {
    expect(selectTables(filters([], ['*']), shop).structureOnly).toEqual(['orders', 'cache_a', 'cache_b', 'sessions'])
  })

  it('lets exclusion win', () => {
    expect(selectTables(filters(['cache_a'], ['cache_*']), shop)).toEqual({
      excluded: ['cache_a'],
      structureOnly: ['cache_b'],
    })
  })

  it('holds a pattern with a database to that database', () => {
    expect(selectTables(filters(['blog.orders', 'sh*.sessions']), shop).excluded).toEqual(['sessions'])
  })

  it('minds the letter case', () => {
    expect(selectTables(filters(['Orders', 'SHOP.sessions']), shop).excluded).toEqual([])
  })

  it('never puts a table into both lists', () => {
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 4 })
    const names = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 }))
    fc.assert(
      fc.property(fc.array(glob), fc.array(glob), names, (exclude, structureOnly, tables) => {
        const selection = selectTables(filters(exclude, structureOnly), database('shop', tables))
        const both = [...selection.excluded, ...selection.structureOnly]
        expect(new Set(both).size).toBe(both.length)
        expect(both.every(name => tables.includes(name))).toBe(true)
      }),
    )
  })
})

describe('unmatchedPatterns', () => {
  const databases = [database('shop', ['orders', 'sessions'], { view: ['totals'] }), database('blog', ['posts'])]

  it('names the patterns that match nothing in any database', () => {
    const exclude = ['orders', 'posts', 'ordres', 'blog.orders', 'totals', 'x*']
    expect(unmatchedPatterns(filters(exclude), databases)).toEqual(['ordres', 'blog.orders', 'x*'])
  })

  it('counts a structure-only pattern that matches views alone as unmatched', () => {
    expect(unmatchedPatterns(filters([], ['totals', 't*', '*']), databases)).toEqual(['totals', 't*'])
  })

  it('does not blame a structure-only pattern whose tables are excluded', () => {
    expect(unmatchedPatterns(filters(['orders'], ['orders']), databases)).toEqual([])
  })

  it('names a pattern once', () => {
    expect(unmatchedPatterns(filters(['nope'], ['nope']), databases)).toEqual(['nope'])
  })
})

describe('matchesGlob', () => {
  it.each([
    ['orders', 'orders', true],
    ['orders', 'orders2', false],
    ['', '', true],
    ['*', '', true],
    ['*', 'anything', true],
    ['a*', 'a', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b*', 'xxbxxaxx', false],
    ['ab*bc', 'abc', false],
    ['*ab', 'aab', true],
    ['a.c', 'abc', false],
    ['a?c', 'abc', false],
    ['wp_%', 'wp_x', false],
    ['[ab]', 'a', false],
    ['a**b', 'ab', true],
  ])('%s against %j: %s', (glob, name, expected) => {
    expect(matchesGlob(glob, name)).toBe(expected)
  })

  it('agrees with a regular expression', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 })
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 6 })
    fc.assert(
      fc.property(glob, short, (pattern, name) => {
        const expression = pattern
          .split('*')
          .map(part => part.replaceAll('.', '\\.'))
          .join('.*')
        expect(matchesGlob(pattern, name)).toBe(new RegExp(`^${expression}$`).test(name))
      }),
      { numRuns: 3000 },
    )
  })
})
