import { scrubChanges } from '../../../../src/report/scrub'
import { changesSection } from '../../../../src/report/summary/changes-section'
import type { ReportedChanges } from '../../../../src/repository/guards/changes'

const now = new Date('2026-11-23T13:05:02Z')

function changes(overrides: Partial<ReportedChanges> = {}): ReportedChanges {
  return {
    since: { slot: 'Monday-12-00', takenAt: new Date('2026-11-23T12:05:02Z') },
    parts: [],
    ...overrides,
  }
}

const noTables = { changed: 0, added: 0, gone: 0, unchanged: 0, greatest: [] }

describe('changesSection', () => {
  it('tells since when, and of each part its size and counts', () => {
    const section = changesSection(
      changes({
        parts: [
          {
            name: 'database',
            state: 'kept',
            contentBytes: { before: 1_000_000, after: 1_034_000 },
            counts: [
              { one: 'table', before: 16, after: 16 },
              { one: 'view', before: 7, after: 5 },
            ],
          },
          {
            name: 'codebase',
            state: 'new',
            contentBytes: { before: undefined, after: 5000 },
            counts: [{ one: 'directory', many: 'directories', before: undefined, after: 300 }],
          },
          { name: 'blog.database', state: 'gone', contentBytes: { before: 5, after: undefined }, counts: [] },
        ],
      }),
      now,
    )
    expect(section).toBe(
      [
        '### What changed',
        '',
        'Since the last good recovery point, <code>Monday-12-00</code>, taken 1 h before:',
        '',
        '| Part | Unpacked | Change | Contents |',
        '| :-- | --: | --: | :-- |',
        '| database | 1 MB | +34 kB (+3.4 %) | 16 tables, 5 views (**−2**) |',
        '| codebase | 5 kB | **new** | 300 directories |',
        '| blog.database |  | **gone** |  |',
      ].join('\n'),
    )
  })

  it('lists the tables that differ most and counts the others', () => {
    const greatest = [
      { name: 'orders', rows: { before: 1000, after: 2000 } },
      { name: 'new', rows: { before: undefined, after: 70 } },
      { name: 'old', rows: { before: 60, after: undefined } },
      { name: 'a|<b>', rows: { before: 500, after: 500 } },
    ]
    const tables = { changed: 1200, added: 1, gone: 1, unchanged: 7, greatest }
    expect(changesSection(changes({ tables }), now).split('\n').slice(6)).toEqual([
      '',
      'Tables: 1,200 changed, 1 new, 1 gone, 7 unchanged.',
      '',
      '| Table | Rows before | Rows now | Change |',
      '| :-- | --: | --: | --: |',
      '| <code>orders</code> | 1 kB | 2 kB | +1 kB (+100 %) |',
      '| <code>new</code> |  | 70 B | **new** |',
      '| <code>old</code> | 60 B |  | **gone** |',
      '| <code>a&#124;&#60;b&#62;</code> | 500 B | 500 B | other rows, same size |',
      '',
      'and 1,198 more tables that differ.',
    ])
  })

  it('says so when no table changed, and tells by their number those that cannot be named', () => {
    const same = changesSection(changes({ tables: { ...noTables, unchanged: 16 } }), now)
    expect(same).toMatch(/No table changed: 16 tables, row for row as before\.$/)
    const gone = changesSection(changes({ tables: { ...noTables, gone: 2, unchanged: 14 } }), now)
    expect(gone).toMatch(/Tables: 2 gone, 14 unchanged\.$/)
    expect(changesSection(changes({ tables: noTables }), now)).not.toContain('table changed')
  })
})

describe('scrubChanges', () => {
  it('takes secrets out of every name', () => {
    const scrubbed = scrubChanges(
      changes({
        parts: [{ name: 'hunter22.database', state: 'new', contentBytes: { before: 1, after: 1 }, counts: [] }],
        tables: { ...noTables, greatest: [{ name: 'x_hunter22', rows: { before: 1, after: 2 } }] },
      }),
      text => text.replaceAll('hunter22', '***'),
    )
    expect(changesSection(scrubbed, now)).not.toContain('hunter22')
    expect(scrubbed.tables?.greatest[0]?.name).toBe('x_***')
  })
})
