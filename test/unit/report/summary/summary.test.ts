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

  it('has a row for each object and one for all', () => {
    const summary = renderSummary(aReport())
    expect(summary).toContain(
      '| <code>Monday-13-00.database.sql.gz</code> | **12.3 MB** | 57.8 MB | first | 14 s | 879 kB/s |\n' +
        '| <code>Monday-13-00.codebase.tar.gz</code> | **240 MB** | 612 MB | first | 1 m 20 s | 3 MB/s |\n' +
        '| **together** | **252 MB** | 670 MB |  |  |  |',
    )
  })

  it('has no row for all when there is one object', () => {
    expect(renderSummary(aReport({ artifacts: [someFiles()] }))).not.toContain('together')
  })

  it('shows how the content changed since the last good recovery point', () => {
    const artifacts = [
      aDatabase({ previous: { bytes: 12_000_000, contentBytes: 57_600_000 } }),
      someFiles({ previous: { bytes: 250_000_000, contentBytes: 612_000_000 } }),
    ]
    const summary = renderSummary(aReport({ artifacts }))
    expect(summary).toContain('| 57.8 MB | +200 kB (+0.3 %) |')
    expect(summary).toContain('| 612 MB | no change |')
    expect(summary).toContain('| 670 MB | +200 kB |')
  })

  it('says what is inside each part and how far apart they are', () => {
    const summary = renderSummary(aReport({ skew: { of: 'Database and files', seconds: 42 } }))
    expect(summary).toContain(
      '| database | <code>shop</code> | 16 tables, 7 views, 6 triggers, 1 routine, 0 events |\n' +
        '| codebase | <code>/var/www/html</code> | 2,521 files, 300 directories, 2 symbolic links |',
    )
    expect(summary).toContain('Database and files are **42 s** apart.')
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
        { name: 'orders', bytes: 4_000_000 },
        { name: 'users', bytes: 10 },
      ],
    }
    const folds = [
      ...renderSummary(aReport({ tables })).matchAll(/<details><summary>(.*?)<\/summary>([\s\S]*?)<\/details>/g),
    ]
    expect(folds.map(([, heading]) => heading)).toEqual([
      'The 2 largest of 16 tables',
      'Checksums and keys',
      'Where the time went',
    ])
    const [largest, checksums, phases] = folds.map(([, , content]) => content)
    expect(largest).toContain(`| <code>orders</code> | 4 MB | ${'━'.repeat(24)} |\n| <code>users</code> | 10 B | ━ |`)
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
        expect(tableWidths(outside)).toEqual([6, 6, 6, 6, 6, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 3, 3, 3])
        expect(tagsOf(outside)).toEqual(
          [...new Set(['<code>', '</code>', '<br>', '<details>', '<summary>', '</summary>', '</details>'])]
            .filter(tag => outside.includes(tag))
            .sort(),
        )
        expect(outside.match(/<details>/g)).toHaveLength(3)
        expect(outside.match(/<\/details>/g)).toHaveLength(3)
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
