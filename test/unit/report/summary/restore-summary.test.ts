import fc from 'fast-check'
import type { RestoreReport } from '../../../../src/commands/restore/restore-result'
import { problem, warning } from '../../../../src/findings/finding'
import { scrubRestore } from '../../../../src/report/scrub'
import { renderRestoreSummary, restoredSentence } from '../../../../src/report/summary/restore-summary'
import type { NextStep } from '../../../../src/sources/restore-item'
import { aRestoredDatabase, aRestoredFolder, aRestoreReport } from '../a-restore-report'

const failure: NonNullable<RestoreReport['failure']> = {
  kind: 'failure',
  title: 'import into database "shop" failed at line 812',
  what: 'The import into database "shop" failed at line 812.',
  faults: [],
  safe: 'The database "shop" is what it was before.',
  advice: 'Make room on the disk.',
  detail: ['ERROR 1114 at line 812: The table is full', '```'],
}

const checks = {
  findings: [
    problem('overwrite', 'The database "shop" is there.', 'Set "overwrite: true".'),
    warning('owners', 'All files will belong to deploy.', 'Restore as root.'),
  ],
  facts: ['The SSH user is not root.'],
} as const

/** The cells of the table's rows, without its heading. */
function cells(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line => line.slice(2, -2).split(' | '))
}

describe('the next steps', () => {
  it('are texts and statements to copy, scrubbed, that cannot end their block', () => {
    const nextSteps: NextStep[] = [
      {
        what: 'Make the *accounts* of the site.',
        commands: ["CREATE USER 'secret'@'%' IDENTIFIED BY '…';", '```'],
        language: 'sql',
      },
      { what: 'Not in the recovery point: cron jobs.', commands: [] },
    ]
    const report = scrubRestore(aRestoreReport({ nextSteps }), text => text.replaceAll('secret', '***'))
    expect(renderRestoreSummary(report)).toContain(
      [
        '### Next steps',
        '1. Make the &#42;accounts&#42; of the site.',
        "   ````sql\n   CREATE USER '***'@'%' IDENTIFIED BY '…';\n   ```\n   ````",
        '2. Not in the recovery point: cron jobs.',
      ].join('\n\n'),
    )
    expect(renderRestoreSummary({ ...report, result: 'dry-run' })).toContain('### Next steps')
    expect(renderRestoreSummary(aRestoreReport())).not.toContain('Next steps')
  })
})

describe('what was left out', () => {
  it('is shown as the commands that make it again, scrubbed, and only where there is some', () => {
    const leftOut = ['chmod u+s /srv/secret', "mknod -m 0666 '/srv/```' c 1 3"]
    const report = aRestoreReport({ items: [aRestoredDatabase(), aRestoredFolder({ leftOut })] })
    const summary = renderRestoreSummary(scrubRestore(report, text => text.replaceAll('secret', '***')))
    expect(summary).toContain('### What was left out')
    expect(summary).toContain("````sh\nchmod u+s /srv/***\nmknod -m 0666 '/srv/```' c 1 3\n````")
    expect(renderRestoreSummary(aRestoreReport())).not.toContain('left out')
  })
})

describe('renderRestoreSummary, of a restore that went well', () => {
  const summary = renderRestoreSummary(aRestoreReport())

  it('says so, which recovery point it was, how old, from where and to where', () => {
    const lines = summary.split('\n')
    expect(lines[0]).toBe('## ✅ Restored, and compared with the manifest')
    expect(lines[2]).toBe(
      '**Recovery point** <code>Monday-13-00</code> · **Taken** Mon 23 Nov 2026, 13:05 UTC, 1 d 3 h before · **From** <code>old.example.com</code> · **Signed by** <code>SHA256:abc</code>, as `signed-by` requires · **Server** <code>web1.example.com</code> · **Bucket** <code>s3&#58;//acme/running-backups/</code>',
    )
    expect(lines[4]).toBe('Everything was in its place after **1 m 38 s**.')
  })

  it('has a row for each thing: what was there before, what was compared, how long it took', () => {
    expect(cells(summary).slice(0, 4)).toEqual([
      ['What', 'Contents', 'There before', 'Compared', 'Took'],
      [':--', ':--', ':--', ':--', '--:'],
      [
        ...['database <code>shop</code>', '16 tables, 2 views', 'holds 15 tables'],
        ...['✅ 16 tables with every row of the dump, 2 views', '1 m'],
      ],
      [
        ...['folder <code>/var/www/html</code>', '2,521 files'],
        ...['exists and is not empty', '✅ 2,521 files, 300 directories', '20 s'],
      ],
    ])
  })

  it('says how to roll back', () => {
    expect(summary).toContain(
      [
        '### How to roll back',
        '',
        '- What a database was: <code>running-backups/before-restore/2026-11-24T16-05-02Z.shop.database.sql.gz</code>',
        '- What <code>/var/www/html</code> was: <code>/var/www/html.before-restore-2026-11-24T16-05-02Z</code>',
      ].join('\n'),
    )
  })

  it('has nothing to say of a rollback to what was empty', () => {
    const items = [aRestoredDatabase(), aRestoredFolder({ kept: null })]
    expect(renderRestoreSummary(aRestoreReport({ items, safetyKeys: [] }))).not.toContain('roll back')
  })

  it('tells every warning', () => {
    const warnings = [warning('old-snapshot', 'It is <b>old</b>.')]
    expect(renderRestoreSummary(aRestoreReport({ warnings }))).toContain(
      '### ⚠️ 1 warning\n\n- <code>old-snapshot</code> It is &#60;b&#62;old&#60;/b&#62;.',
    )
  })
})

describe('renderRestoreSummary, of a dry run', () => {
  const dry = (overrides: Partial<RestoreReport> = {}) =>
    renderRestoreSummary(aRestoreReport({ result: 'dry-run', safetyKeys: [], checks, ...overrides }))

  it('shows what would become of what is there, and claims nothing that was not done', () => {
    const summary = dry()
    expect(summary).toMatch(/^## ❌ Dry run failed: database "shop" is there\n/)
    const isGreen = { checks: { ...checks, findings: [] } }
    expect(dry(isGreen)).toMatch(/^## 🔎 What a restore would do\n/)
    expect(cells(summary)[2]?.slice(2)).toEqual([
      'holds 15 tables',
      'it is dumped into the bucket, then replaced',
      '12.3 MB',
    ])
    expect(summary).not.toMatch(/✅ 16|in its place|roll back/)
  })

  it('counts what speaks against it, with what to do', () => {
    expect(dry()).toContain('❌ **1 thing prevents this restore.** Nothing was written.')
    expect(dry()).toContain('The database "shop" is there.<br>Set "overwrite: true".')
    const fine = { ...checks, findings: [] }
    expect(dry({ checks: fine })).toContain('✅ **This restore can be done.** Nothing was written.')
  })
})

describe('renderRestoreSummary, of a restore that failed', () => {
  const failed = (overrides: Partial<RestoreReport> = {}) =>
    renderRestoreSummary(aRestoreReport({ result: 'failed', failure, checks, ...overrides }))

  it('says what failed, what is where now, and what to do next, in this order', () => {
    const summary = failed()
    expect(summary).toMatch(/^## ❌ Restore failed: import into database "shop" failed at line 812\n/)
    const places = [
      '### What failed\n\nThe import',
      '### What is where now\n\nThe database',
      '### What to do next\n\nMake room',
    ].map(text => summary.indexOf(text))
    expect(places.every(place => place > 0)).toBe(true)
    expect(places).toEqual([...places].sort((one, other) => one - other))
    expect(summary).toContain('````text\nERROR 1114 at line 812: The table is full\n```\n````')
  })

  it('calls a cancelled one cancelled', () => {
    const summary = failed({ result: 'cancelled', failure: { ...failure, kind: 'cancelled' } })
    expect(summary).toMatch(/^## ⏹️ Restore cancelled\n/)
    expect(summary).toContain('### What happened\n')
  })

  it('shows what is fine while nothing was begun, and says nothing twice', () => {
    const faults = [{ what: 'One thing.', fix: 'Do\nGRANT x' }, { what: 'Another, see docs/restoring.md for it.' }]
    const summary = failed({ hasBegun: false, failure: { ...failure, faults } })
    expect(summary).toContain('### What failed\n\n1. One thing.<br>Do<br><code>GRANT x</code>\n2. Another, see')
    expect(summary).toContain('### What is fine\n\n- The SSH user is not root.')
    expect(summary).not.toMatch(/What to do next|Set "overwrite: true"|Details are in/)
    expect(failed({ hasBegun: true })).not.toContain('What is fine')
  })

  it('can be told before a recovery point was chosen', () => {
    const { point: _, ...rest } = aRestoreReport({ result: 'failed', failure, items: [], hasBegun: false })
    const summary = renderRestoreSummary(rest)
    expect(summary).toContain('**Server** <code>web1.example.com</code> · **Bucket**')
    expect(summary).not.toMatch(/undefined|\| What/)
  })

  it('keeps the end of a long log', () => {
    const detail = Array.from({ length: 100 }, (_, index) => `line ${index}`)
    const summary = failed({ failure: { ...failure, detail } })
    expect(summary).toContain('\nline 40\n')
    expect(summary).toContain('\nline 99\n')
    expect(summary).not.toContain('\nline 39\n')
  })
})

describe('renderRestoreSummary, with awkward names', () => {
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 })

  it('keeps every row a row of five cells', () => {
    fc.assert(
      fc.property(name, name, name, (database, path, words) => {
        const texts = { holds: words, before: words, becomes: words, proof: words }
        const items = [
          aRestoredDatabase({ name: database, target: path, ...texts }),
          aRestoredFolder({ name: path, target: database, kept: words, ...texts }),
        ]
        for (const result of ['restored', 'dry-run'] as const) {
          const table = cells(renderRestoreSummary(aRestoreReport({ result, items }))).slice(0, 4)
          expect(table.map(row => row.length)).toEqual([5, 5, 5, 5])
        }
      }),
    )
  })

  it('makes no markup of anything', () => {
    fc.assert(
      fc.property(name, text => {
        const odd = `<img src=x>|[a](b)\n# ${text}`
        const summary = renderRestoreSummary(
          aRestoreReport({
            host: odd,
            items: [aRestoredDatabase({ name: odd, target: odd, holds: odd, before: odd, proof: odd })],
            warnings: [warning(odd, odd, odd)],
            safetyKeys: [odd],
          }),
        )
        expect(summary).not.toMatch(/<img|\[a\]\(b\)|\n# /)
      }),
    )
  })
})

describe('restoredSentence', () => {
  it('is the whole story in one line', () => {
    expect(restoredSentence(aRestoreReport())).toBe(
      'Restored and compared: database shop (16 tables), folder /var/www/html (2,521 files) from Monday-13-00, taken 2026-11-23T13:05:02.120Z, in 1 m 38 s',
    )
  })

  it('names the targets', () => {
    const items = [aRestoredDatabase({ target: 'shop_copy', count: '1 table' })]
    expect(restoredSentence(aRestoreReport({ items }))).toMatch(
      /^Restored and compared: database shop_copy \(1 table\) from/,
    )
  })
})
