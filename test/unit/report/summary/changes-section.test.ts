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

const unknown = { before: undefined, after: undefined }
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
        '| Part | More or less of | Unpacked before | Now | Change |',
        '| :-- | :-- | --: | --: | --: |',
        '| database | **−2** views | 1 MB | 1 MB | +34 kB (+3.4 %) |',
        '| codebase |  |  | 5 kB | **new** |',
        '| blog.database |  | 5 B |  | **gone** |',
      ].join('\n'),
    )
  })

  it('lists the tables that differ most and counts the others', () => {
    const greatest = [
      { name: 'orders', rows: { before: 1204, after: 1251 }, bytes: { before: 1000, after: 2000 } },
      { name: 'new', rows: { before: undefined, after: 7 }, bytes: { before: undefined, after: 70 } },
      { name: 'old', rows: { before: 6, after: undefined }, bytes: { before: 60, after: undefined } },
      { name: 'a|<b>', rows: { before: 5, after: 5 }, bytes: { before: 500, after: 500 } },
      { name: 'huge', rows: { before: undefined, after: undefined }, bytes: { before: 5e9, after: 6e9 } },
    ]
    const tables = { changed: 1200, added: 1, gone: 1, unchanged: 7, greatest }
    expect(changesSection(changes({ tables }), now).split('\n').slice(6)).toEqual([
      '',
      'Tables: 1,200 changed, 1 new, 1 gone, 7 unchanged.',
      '',
      '| Table | Rows before | Now | Change | Size before | Now | Change |',
      '| :-- | --: | --: | --: | --: | --: | --: |',
      '| <code>orders</code> | 1,204 | 1,251 | **+47** | 1 kB | 2 kB | +1 kB (+100 %) |',
      '| <code>new</code> |  | 7 |  |  | 70 B | **new** |',
      '| <code>old</code> | 6 |  |  | 60 B |  | **gone** |',
      '| <code>a&#124;&#60;b&#62;</code> | 5 | 5 | other rows | 500 B | 500 B | no change |',
      '| <code>huge</code> |  |  |  | 5 GB | 6 GB | +1 GB (+20 %) |',
      '',
      'and 1,197 more tables that differ.',
    ])
  })

  it('counts new, changed and deleted files by folder, or compares folders where that is not known', () => {
    const folders = {
      differing: 1,
      greatest: [{ name: '/srv/a|b', files: { before: 3, after: 2 }, bytes: { before: 300, after: 200 } }],
    }
    const byFolder = [{ folder: '/srv/a|b', added: 2, changed: 0, removed: 1 }]
    const edited = changesSection(changes({ folders }), now, { added: 2, changed: 0, removed: 1, folders: byFolder })
    expect(edited).toContain('Files since the run before: 2 new, 0 changed, 1 deleted.')
    expect(edited).toContain('| Folder | New | Changed | Deleted |\n| :-- | --: | --: | --: |')
    expect(edited).toMatch(/\| <code>\/srv\/a&#124;b<\/code> \| 2 \| {2}\| 1 \|$/)
    expect(edited).not.toContain('Files before')
    expect(changesSection(changes({ folders }), now)).toMatch(
      /\| Folder \| Files before .*\| <code>\/srv\/a&#124;b<\/code> \| 3 \| 2 \| \*\*−1\*\* \| 300 B \| 200 B \| −100 B \(−33 %\) \|$/s,
    )
    const none = changesSection(changes(), now, { added: 0, changed: 0, removed: 0, folders: [] })
    expect(none).toMatch(/No file changed since the run before\.$/)
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
        tables: { ...noTables, greatest: [{ name: 'x_hunter22', rows: unknown, bytes: { before: 1, after: 2 } }] },
        folders: { differing: 1, greatest: [{ name: '/hunter22', files: unknown, bytes: unknown }] },
      }),
      text => text.replaceAll('hunter22', '***'),
    )
    expect(changesSection(scrubbed, now)).not.toContain('hunter22')
    expect(scrubbed.tables?.greatest[0]?.name).toBe('x_***')
  })
})
