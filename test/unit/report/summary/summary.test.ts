import fc from 'fast-check'
import type { RunReport } from '../../../../src/commands/backup/run-report'
import { warning } from '../../../../src/findings/finding'
import { renderSummary, writeSummary } from '../../../../src/report/summary/summary'
import { recordingRuntime } from '../../recording-runtime'
import { aDatabase, aReport, someFiles } from '../a-report'

const failure: NonNullable<RunReport['failure']> = {
  kind: 'failure',
  title: 'dump ended with status 2',
  what: 'The dump ended with status 2.',
  faults: [],
  safe: 'Nothing was replaced.',
  advice: 'Run it again.',
  detail: ['mariadb-dump: Error 2013: Lost connection', '```'],
}

describe('renderSummary', () => {
  it('begins with the verdict, then says where and when', () => {
    const lines = renderSummary(aReport()).split('\n')
    expect(lines[0]).toBe('## ✅ Monday-13-00 is good')
    expect(lines[2]).toBe(
      'One recovery point of the database and the files was taken, checked and stored in **1 m 38 s**.',
    )
    expect(lines[4]).toBe(
      '**Host** <code>web1.example.com</code> · **Bucket** <code>s3&#58;//acme/running-backups/</code> · **Taken** Mon 23 Nov 2026, 13:05 UTC · **Database** MariaDB 10.11.19',
    )
  })

  it('has a row for each part, with what is inside, and one for all', () => {
    const summary = renderSummary(aReport())
    expect(summary).toContain(
      '| database | 16 tables, 7 views, 6 triggers, 1 routine, 0 events | **12.3&nbsp;MB** | 57.8&nbsp;MB | 14&nbsp;s | <code>shop</code> |\n' +
        '| codebase | 2,521 files, 300 directories, 2 symbolic links | **240&nbsp;MB** | 612&nbsp;MB | 1&nbsp;m&nbsp;20&nbsp;s | <code>/var/www/html</code> |\n' +
        '| **together** |  | **252&nbsp;MB** | 670&nbsp;MB |  |  |',
    )
  })

  it('has no row for all when there is one part', () => {
    expect(renderSummary(aReport({ artifacts: [someFiles()] }))).not.toContain('together')
  })

  it('says how far apart the parts are, and what else is to be known of each', () => {
    const artifacts = [aDatabase(), someFiles({ notes: ['A mount is in there.'] })]
    const summary = renderSummary(aReport({ artifacts, skew: { of: 'Database and files', seconds: 42 } }))
    expect(summary).toContain('- A mount is in there.\n- Database and files are **42 s** apart.')
  })

  it('shows the last week, the last proof and what the ring costs', () => {
    const takenAt = new Date('2026-11-23T12:05:00Z')
    const summary = renderSummary(
      aReport({
        week: { timezone: 'UTC', points: [{ slot: 'Monday-12-00', takenAt, state: 'proven' }], missing: [] },
        sizes: [{ slot: 'Monday-12-00', takenAt, bytes: new Map([['files', 5e9]]) }],
        ...{ baseBytes: 2e9, sentBytes: 3e8, sparing: 'With "full-every: week": less.' },
        drills: [
          {
            ...{ slot: 'Monday-12-00', takenAt, endedAt: takenAt, status: 'proven', runUrl: '' },
            proven: {
              restoreSeconds: 41.2,
              tables: 16,
              files: 2521,
              server: { flavor: 'mariadb', version: '10.11.6' },
            },
          },
        ],
      }),
    )
    expect(summary).toContain('### The last seven days, hour by hour (UTC)')
    expect(summary.replaceAll('\u2060', '')).toContain(
      '| Monday | ➖➖➖➖➖➖ | ➖➖➖➖➖➖ | ✅➖➖➖➖➖ | ➖➖➖➖➖➖ |',
    )
    expect(summary).toContain(
      '**Last proof** <code>Monday-12-00</code>, 1 h 2 m ago: 16 tables and 2,521 files restored in **41 s** on MariaDB 10.11.6, and compared.',
    )
    expect(summary).toContain(
      'The ring takes **7 GB** in the bucket (1 recovery point, and 2 GB of archives that they build on). This run sent 300 MB and took 1 m 38 s of a runner.<br>With "full-every: week": less.',
    )
  })

  it('shows of a suspect one what it lacks, how to accept it and how to bring back what is missing', () => {
    const gone = { name: 'orders', rows: { before: 7, after: undefined }, bytes: { before: 70, after: undefined } }
    const tables = { changed: 0, added: 0, gone: 1, unchanged: 3, greatest: [gone] }
    const since = { slot: 'Monday-12-00', takenAt: new Date('2026-11-23T12:05:02Z') }
    const summary = renderSummary(
      aReport({
        ...{ result: 'suspect', failure, lastGood: since },
        suspect: {
          changes: { since, parts: [], tables },
          bringBack: [{ what: 'Restore it.', commands: ['snapshot: Monday-12-00'], language: 'yaml' }],
        },
      }),
    )
    expect(summary).toContain('**The last good recovery point is 1 h 2 m old**: <code>Monday-12-00</code>')
    expect(summary).toContain('| <code>orders</code> | 7 |  |  | 70 B |  | **gone** |')
    expect(summary).toContain('```yaml\naccept-shrink: true\n```')
    expect(summary).toContain('1. Restore it.\n\n   ```yaml\n   snapshot: Monday-12-00\n   ```')
  })

  it('tells every warning in full, and of them in the headline', () => {
    const warnings = [
      warning('rsync-vanished', `files vanished:\n${'/var/www/a|b '.repeat(500)}`),
      warning('stderr', 'the tool said <b>'),
    ]
    const summary = renderSummary(aReport({ warnings }))
    expect(summary).toContain('## ✅ Monday-13-00 is good, with 2 warnings\n')
    expect(summary).toContain('### ⚠️ 2 warnings\n\n- <code>rsync-vanished</code> files vanished:<br>/var/www/a&#124;b ')
    expect(summary.match(/a&#124;b/g)).toHaveLength(500)
    expect(summary).toContain('- <code>stderr</code> the tool said &#60;b&#62;\n')
  })

  it('says how to get exactly these objects back by hand', () => {
    expect(renderSummary(aReport())).toContain(
      ['```bash', 'aws s3 cp s3://acme/a.tar - | tar -xpf - -C /', '```', '', 'Run as root on the server.'].join('\n'),
    )
  })

  it('folds away checksums, keys, the largest tables and the phases', () => {
    const tables = {
      total: 16,
      largest: [
        { name: 'orders', bytes: 4_000_000, rows: 1251 },
        { name: 'users', bytes: 10 },
      ],
    }
    const folds = [
      ...renderSummary(aReport({ tables })).matchAll(/<details><summary>(.*?)<\/summary>([\s\S]*?)<\/details>/g),
    ]
    expect(folds.map(([, heading]) => heading)).toEqual([
      'How to get it back by hand',
      'The 2 largest of 16 tables',
      'Checksums, keys and signature',
      'Where the time went',
    ])
    const [, largest, checksums, phases] = folds.map(([, , content]) => content)
    expect(largest).toContain(
      `| <code>orders</code> | 1,251 | 4 MB | ${'━'.repeat(24)} |\n| <code>users</code> | – | 10 B | ━ |`,
    )
    expect(checksums).toContain(`${'d'.repeat(64)}  Monday-13-00.database.sql.gz\n`)
    expect(checksums).toContain('| <code>running-backups/Monday-13-00.codebase.tar.gz</code> | 240,000,000 |')
    expect(checksums).toContain('<code>running-backups/Monday-13-00.manifest.json</code>')
    expect(phases).toContain('| Dump and upload | 1 m 32 s | ━━━')
  })

  it('tells of a failed run what failed, what is safe and what to do, and no way to get back what is not there', () => {
    const summary = renderSummary(aReport({ result: 'failed', artifacts: [], failure }))
    expect(summary).toMatch(/^## ❌ Backup failed: dump ended with status 2\n/)
    expect(summary).toContain('### What failed\n\nThe dump ended with status 2.\n')
    expect(summary).toContain('### What is still safe\n\nNothing was replaced.\n')
    expect(summary).toContain('### What to do next\n\nRun it again.\n')
    expect(summary).toContain('````text\nmariadb-dump: Error 2013: Lost connection\n```\n````')
    expect(summary).not.toContain('by hand')
  })

  it('shows the last 60 lines of long details', () => {
    const detail = Array.from({ length: 100 }, (_, index) => `line ${index}.`)
    const summary = renderSummary(aReport({ result: 'failed', failure: { ...failure, detail } }))
    expect(summary).toContain('<summary>Details: the last 60 lines</summary>')
    expect(summary).toContain('\nline 40.\n')
    expect(summary).not.toContain('\nline 39.\n')
  })

  it('says of a cancelled run that it was cancelled', () => {
    const summary = renderSummary(
      aReport({
        result: 'cancelled',
        failure: { ...failure, kind: 'cancelled', what: 'The run was cancelled.', detail: [] },
      }),
    )
    expect(summary).toMatch(/^## ⏹️ Backup cancelled\n/)
    expect(summary).toContain('### What happened\n\nThe run was cancelled.\n')
    expect(summary).not.toContain('Details')
  })

  it('keeps every table whole whatever the names are', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('|', '\\', '`', '\n', '\r', '<', '</code>', '</details>', '-->', '@me', '&', ' '))
        .map(parts => parts.join('')),
    )
    fc.assert(
      fc.property(nasty, nasty, nasty, nasty, (name, key, path, phase) => {
        const summary = renderSummary(
          aReport({
            slot: name,
            artifacts: [
              aDatabase({
                name,
                key,
                origins: [name],
              }),
              someFiles({ origins: [path, name], counts: [phase] }),
            ],
            tables: { total: 1, largest: [{ name, bytes: 1 }] },
            phases: [{ name: phase, durationMs: 5 }],
            warnings: [warning(name, path)],
          }),
        )
        const outside = withoutFences(summary)
        expect(tableWidths(outside)).toEqual([6, 6, 6, 6, 6, 4, 4, 4, 2, 2, 2, 2, 2, 3, 3, 3])
        expect(tagsOf(outside)).toEqual(
          [...new Set(['<code>', '</code>', '<br>', '<details>', '<summary>', '</summary>', '</details>'])]
            .filter(tag => outside.includes(tag))
            .sort(),
        )
        expect(outside.match(/<details>/g)).toHaveLength(4)
        expect(outside.match(/<\/details>/g)).toHaveLength(4)
      }),
    )
  })
})

describe('writeSummary', () => {
  it('keeps secrets out, also those that escaping would disguise', async () => {
    const runtime = recordingRuntime()
    runtime.mask('p|a<s*s_')
    const warnings = [warning('stderr', 'denied: p|a<s*s_')]
    await writeSummary(
      runtime,
      aReport({ warnings, failure: { ...failure, what: 'p|a<s*s_ failed', detail: ['x p|a<s*s_'] } }),
    )
    expect(runtime.summaries).toHaveLength(1)
    expect(runtime.summaries[0]).not.toContain('p&#124;a')
    expect(runtime.summaries[0]).not.toContain('p|a')
    expect(runtime.summaries[0]).toContain('x ***')
  })
})

function withoutFences(markdown: string): string {
  return markdown.replace(/^(`{3,})\w*\n[\s\S]*?^\1$/gm, '')
}

/** How many cells each table row has: bars that no backslash or reference hides. */
function tableWidths(markdown: string): number[] {
  return markdown
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line => line.split('|').length - 2)
}

function tagsOf(markdown: string): string[] {
  return [...new Set(markdown.match(/<[^>]*>?/g) ?? [])].sort()
}
