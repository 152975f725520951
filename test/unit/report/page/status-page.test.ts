import fc from 'fast-check'
import { statusAfterBackup } from '../../../../src/report/page/backup-status'
import { renderFleetPage } from '../../../../src/report/page/fleet-page'
import { statusOfList } from '../../../../src/report/page/list-status'
import { parseStatus, type StatusDocument, serializeStatus } from '../../../../src/report/page/status-document'
import { renderStatusPage } from '../../../../src/report/page/status-page'
import { aReport as aListReport, aPoint } from '../a-list'
import { aReport } from '../a-report'

const url = 'https://github.com/acme/shop/actions/runs/7/attempts/1'
const run = { repository: 'acme/shop', id: '7', attempt: '1', event: 'schedule', url }
const takenAt = new Date('2026-11-23T12:05:00Z')

function afterRun(overrides: Parameters<typeof aReport>[0] = {}, earlier?: StatusDocument): StatusDocument {
  const points = [
    { slot: 'Monday-12-00', takenAt, state: 'proven' as const },
    { slot: 'Monday-13-00', takenAt: new Date('2026-11-23T13:05:02Z'), state: 'good' as const },
  ]
  const report = aReport({
    week: { timezone: 'UTC', points, missing: [new Date('2026-11-23T11:00:00Z')], everyMs: 3_600_000 },
    sizes: points.map(({ slot, takenAt: at }) => ({ slot, takenAt: at, bytes: new Map([['files', 5e9]]) })),
    tiers: [{ name: 'ring', count: 2, newest: takenAt, oldest: takenAt }],
    drills: [
      {
        ...{ slot: 'Monday-12-00', takenAt, endedAt: takenAt, status: 'proven', runUrl: url },
        proven: { restoreSeconds: 41.2, tables: 16, files: 2521 },
      },
    ],
    ...overrides,
  })
  return statusAfterBackup(report, { run, timezone: 'UTC', earlier })
}

const failure = { kind: 'user' as const, title: 'database "shopp" does not exist', what: 'It is not there.' }
const failed = { result: 'failed' as const, failure: { ...failure, faults: [], safe: '', advice: '', detail: [] } }

/** Everything between tags, and what is in attributes that a name can reach. */
const foreign = (page: string) => page.replace(/<style>.*?<\/style>|<script>.*?<\/script>/gs, '')

describe('the status after a backup', () => {
  it('can be read back by the next run, which keeps the runs before and the links to them', () => {
    const first = afterRun()
    const text = serializeStatus(first)
    expect(parseStatus(text)).toEqual(first)
    expect(first).toMatchObject({ newest: { slot: 'Monday-13-00' }, everySeconds: 3600, isComplete: true })
    const lastGood = { slot: 'Monday-13-00', takenAt: new Date('2026-11-23T13:05:02Z') }
    const next = afterRun({ ...failed, slot: 'Monday-14-00', lastGood }, first)
    expect(next.newest).toEqual({ slot: 'Monday-13-00', takenAt: '2026-11-23T13:05:02.000Z' })
    expect(next.runs.map(({ result, what }) => [result, what])).toEqual([
      ['failed', 'database "shopp" does not exist'],
      ['good', null],
    ])
    expect(next.ring.map(({ runUrl }) => runUrl)).toEqual([null, url])
  })

  it('takes nothing of what somebody else wrote', () => {
    for (const text of ['', '{', '[]', '{"format": "make-a-backup-status/2"}', '{"format": "other"}'])
      expect(parseStatus(text)).toBeUndefined()
  })
})

describe('the status page', () => {
  it('shows what is good, proven and missing, and links to runs', () => {
    const page = renderStatusPage(afterRun())
    expect(page).toContain('<h1>Backups of web1.example.com</h1>')
    expect(page).toContain('✅ <b>Last good: Monday-13-00</b>, taken ')
    expect(page).toContain('<span class="soft">A restore took</span><b>41 s</b>')
    expect(page).toContain('<span class="soft">Gaps in seven days</span><b>1</b>')
    expect(page).toContain('<td class="good newest" title="Monday-13-00: good, taken Mon 23 Nov 2026, 13:05 UTC">')
    expect(page).toContain('<td class="proven"')
    expect(page).toContain('<td class="gap"')
    expect(page).toContain(`<a href="${url}">run</a>`)
    expect(page).toContain('data-overdue-after="2026-11-23T15:05:02.120Z" hidden')
  })

  it('shows a failed run beside the last good recovery point', () => {
    const lastGood = { slot: 'Monday-13-00', takenAt: new Date('2026-11-23T13:05:02Z') }
    const page = renderStatusPage(afterRun({ ...failed, lastGood }))
    expect(page).toContain('✅ <b>Last good: Monday-13-00</b>')
    expect(page).toMatch(/⚠️ <b>The last run failed<\/b>, .*database &#34;shopp&#34; does not exist/)
    expect(renderStatusPage(afterRun(failed))).toContain('❌ <b>There is no good recovery point.</b>')
  })

  it('loads nothing, and runs no script but its own', () => {
    const page = renderStatusPage(afterRun())
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? ''
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; base-uri 'none'/,
    )
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(page).not.toMatch(/<(link|img|iframe|object|embed|base|form)\b|\ssrc=|\sstyle=|\son\w+=|@import|url\(/i)
    expect(page.match(/<script>/g)).toHaveLength(1)
  })

  it('makes names of any kind text', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='x",
        '</title><svg onload=x>',
        'javascript:alert(1)',
        '</style><script>x</script>',
      ),
    )
    fc.assert(
      fc.property(nasty, nasty, nasty, (name, other, address) => {
        const point = aPoint('Monday-13-00', '2026-11-23T13:05:02Z', { facts: { host: name, runUrl: address } })
        const slot = { slot: other, takenAt, state: 'good' as const }
        const status = {
          ...statusOfList(aListReport([point], { store: { bucket: name, prefix: other } })),
          ring: [{ slot: other, takenAt: takenAt.toISOString(), state: slot.state, bytes: {}, runUrl: address }],
          runs: [
            { endedAt: takenAt.toISOString(), result: 'failed' as const, slot: name, what: other, runUrl: address },
          ],
          timezone: name,
        }
        const pages = [
          renderStatusPage(status),
          renderFleetPage([
            { prefix: name, status, problem: other },
            { prefix: other, status: undefined, problem: name },
          ]),
        ]
        for (const page of pages.map(foreign)) {
          expect(page).not.toMatch(/<(script|img|svg on)|href="javascript/i)
          expect(page.replace(/"[^"]*"/g, '')).not.toMatch(/<[^>]*\son\w+=/i)
          expect(page.match(/<a href="(?!#server-\d+"|https:\/\/github\.com\/acme\/shop\/actions\/runs\/)/g)).toBeNull()
          expect(page.match(/<\/?title>/g)).toHaveLength(2)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('has a row for each server of a fleet, also for one that gives no answer', () => {
    const page = renderFleetPage([
      { prefix: 'web1', status: afterRun() },
      { prefix: 'web2', status: undefined, problem: 'bucket "acme" cannot be listed' },
    ])
    expect(page).toContain('<h1>Backups of 2 servers</h1>')
    expect(page).toContain('<a href="#server-0">web1.example.com</a>')
    expect(page).toContain('❌ bucket &#34;acme&#34; cannot be listed')
    expect(page.match(/<section id=/g)).toHaveLength(2)
  })
})
