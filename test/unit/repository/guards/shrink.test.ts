import fc from 'fast-check'
import type { Baseline } from '../../../../src/repository/guards/baseline'
import { checkShrink, type MaxShrink } from '../../../../src/repository/guards/shrink'
import { aBaseline, aDatabaseBaseline, aFilesBaseline, aTable, withoutNames } from '../a-baseline'

const half: MaxShrink = { kind: 'percent', percent: 50 }

function check(baseline: Baseline | undefined, now: Baseline, maxShrink = half, acceptShrink = false) {
  return checkShrink({ baseline, now, maxShrink, acceptShrink })
}

/** What is found of one artifact that was `before` and is `after`. */
function findings(before: Baseline['artifacts'][number], after: Baseline['artifacts'][number], maxShrink = half) {
  return check(aBaseline([before]), aBaseline([after]), maxShrink).findings
}

describe('checkShrink', () => {
  it('finds nothing in a recovery point that is like the last one, and says what it compared', () => {
    expect(check(aBaseline(), aBaseline())).toEqual({
      suspect: false,
      findings: [],
      against: { slot: 'Monday-12-00', takenAt: '2026-11-23T12:05:02.120Z' },
    })
  })

  it('has no objection to the first recovery point', () => {
    expect(check(undefined, aBaseline([]))).toEqual({ suspect: false, findings: [], against: undefined })
  })

  it('asks nothing when it is off', () => {
    expect(check(aBaseline(), aBaseline([]), { kind: 'off' })).toEqual({
      suspect: false,
      findings: [],
      against: undefined,
    })
  })

  it('lets an accepted one pass and reports what was accepted', () => {
    const verdict = check(aBaseline(), aBaseline([aDatabaseBaseline()]), half, true)
    expect(verdict).toMatchObject({ suspect: false, findings: [{ what: 'codebase' }] })
  })

  it.each([
    [100_000, 50_000, false],
    [100_000, 49_999, true],
    [100_000, 200_000, false],
    [8_000, 0, true],
    [4_095, 0, false],
  ])('takes a content of %i bytes that becomes %i for suspect: %s', (before, after, suspect) => {
    const verdict = check(
      aBaseline([aDatabaseBaseline({ contentBytes: before })]),
      aBaseline([aDatabaseBaseline({ contentBytes: after })]),
    )
    expect(verdict.suspect).toBe(suspect)
    expect(verdict.findings).toEqual(suspect ? [{ artifact: 'database', what: 'content bytes', before, after }] : [])
  })

  it.each([
    [2521, 1260, true],
    [2521, 1261, false],
    [12, 3, false],
    [12, 2, true],
  ])('takes %i files that become %i for suspect: %s', (before, after, suspect) => {
    const found = findings(aFilesBaseline({ files: before }), aFilesBaseline({ files: after }))
    expect(found).toEqual(suspect ? [{ artifact: 'codebase', what: 'files', before, after }] : [])
  })

  it('allows no loss at 0 % but what is noise, and any loss of size at 100 %', () => {
    const less = aFilesBaseline({ contentBytes: 1_000_000 - 4096 })
    expect(findings(aFilesBaseline(), less, { kind: 'percent', percent: 0 })).toHaveLength(1)
    const none = aFilesBaseline({ contentBytes: 0, files: 0 })
    expect(findings(aFilesBaseline(), none, { kind: 'percent', percent: 100 })).toEqual([])
  })

  it('names a table, view, trigger, routine or event that is gone, whatever the percentage', () => {
    const before = aDatabaseBaseline({
      names: { view: ['sales'], trigger: ['t1', 't2'], routine: ['function f'], event: ['nightly'] },
    })
    const after = aDatabaseBaseline({
      parts: [aTable('customers'), aTable('products'), aTable('new')],
      names: { view: [], trigger: ['T2'], routine: ['procedure f'], event: [] },
    })
    const gone = { artifact: 'database', before: 1, after: 0 }
    expect(findings(before, after, { kind: 'percent', percent: 100 })).toEqual([
      { ...gone, what: 'table', name: 'orders' },
      { ...gone, what: 'view', name: 'sales' },
      { ...gone, what: 'trigger', name: 't1' },
      { ...gone, what: 'routine', name: 'function f' },
      { ...gone, what: 'event', name: 'nightly' },
    ])
  })

  it('takes letter case seriously in the names of tables and views alone', () => {
    const before = aDatabaseBaseline({
      parts: [aTable('A')],
      names: { view: ['V'], event: ['E'], routine: ['function F'] },
    })
    const after = aDatabaseBaseline({
      parts: [aTable('a')],
      names: { view: ['v'], event: ['e'], routine: ['function f'] },
    })
    expect(findings(before, after).map(({ name }) => name)).toEqual(['A', 'V'])
  })

  it('says how many tables there are now, when more are gone than allowed', () => {
    expect(findings(aDatabaseBaseline(), aDatabaseBaseline({ parts: [aTable('orders')] }))).toEqual([
      { artifact: 'database', what: 'tables', before: 3, after: 1 },
      { artifact: 'database', what: 'table', before: 1, after: 0, name: 'customers' },
      { artifact: 'database', what: 'table', before: 1, after: 0, name: 'products' },
    ])
  })

  it('shows by their number that things are gone, where names are not known on both sides', () => {
    const before = aDatabaseBaseline({
      names: { view: ['a', 'b', 'c'], event: [], trigger: [], routine: [] },
    })
    const after = aDatabaseBaseline({ names: { view: ['a'], event: [], trigger: [], routine: [] } })
    const found = [{ artifact: 'database', what: 'view', before: 3, after: 1 }]
    expect(findings(withoutNames(before), after)).toEqual(found)
    expect(findings(before, withoutNames(after))).toEqual(found)
    expect(findings(withoutNames(after), before)).toEqual([])
  })

  it('counts what is gone and cannot be named, even when as much is new', () => {
    const before = { ...aDatabaseBaseline({ parts: [aTable('orders')] }) }
    const partly = { ...before, counts: { ...before.counts, table: 3 } }
    expect(findings(partly, aDatabaseBaseline())).toEqual([
      { artifact: 'database', what: 'table', before: 3, after: 1 },
    ])
  })

  it('takes a database or all files that are gone for suspect, and does not list what was in them', () => {
    const blog = aDatabaseBaseline({ name: 'blog.database', source: 'blog' })
    const shop = aDatabaseBaseline({ name: 'shop.database', source: 'shop' })
    const unknown = aDatabaseBaseline({ source: undefined })
    const verdict = check(
      aBaseline([shop, blog, unknown, aFilesBaseline()]),
      aBaseline([{ ...shop, name: 'database' }]),
    )
    expect(verdict).toMatchObject({ suspect: true })
    expect(verdict.findings).toEqual([
      { artifact: 'blog.database', what: 'database', before: 1, after: 0, name: 'blog' },
      { artifact: 'database', what: 'database', before: 1, after: 0 },
      { artifact: 'codebase', what: 'codebase', before: 1, after: 0 },
    ])
  })

  it('has no objection to a database, a folder or a table more', () => {
    const before = aBaseline([aDatabaseBaseline({ parts: [aTable('a')] })])
    const after = aBaseline([
      aDatabaseBaseline({ name: 'shop.database', parts: [aTable('a'), aTable('b')] }),
      aDatabaseBaseline({ name: 'blog.database', source: 'blog' }),
      aFilesBaseline(),
    ])
    expect(check(before, after).findings).toEqual([])
  })

  it.each([
    [['/var/www/html', '/srv'], ['/var/www/html'], ['/srv']],
    [['/var/www/html', '/srv/a'], ['/var/www', '/'], []],
    [['/var/www'], ['/var/www/html'], ['/var/www']],
    [['/var/www-old'], ['/var/www'], ['/var/www-old']],
  ])('of the folders %j that become %j, misses %j', (before, after, missed) => {
    const found = findings(aFilesBaseline({ paths: before }), aFilesBaseline({ paths: after }))
    expect(found).toEqual(missed.map(name => ({ artifact: 'codebase', what: 'folder', before: 1, after: 0, name })))
  })

  it('does not know of folders where the baseline does not', () => {
    expect(findings(withoutNames(aFilesBaseline()), aFilesBaseline({ paths: ['/srv'] }))).toEqual([])
  })

  it('is suspect exactly when more than the percentage is lost, for sizes above the noise', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000_000, max: 2 ** 50 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.integer({ min: 1, max: 99 }),
        (before, ratio, percent) => {
          const after = Math.round(before * ratio)
          const found = findings(aFilesBaseline({ contentBytes: before }), aFilesBaseline({ contentBytes: after }), {
            kind: 'percent',
            percent,
          })
          const isLess = BigInt(after) * 100n < BigInt(before) * BigInt(100 - percent)
          expect(found.length === 1).toBe(isLess && before - after >= 4096)
        },
      ),
    )
  })
})
