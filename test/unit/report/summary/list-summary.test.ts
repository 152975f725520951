import type { ListReport } from '../../../../src/commands/list/list-report'
import { warning } from '../../../../src/findings/finding'
import { scrubListReport } from '../../../../src/report/scrub'
import { renderListSummary } from '../../../../src/report/summary/list-summary'
import { anUnreadable, aPoint, aReport, someHours } from '../a-list'

const failure = (kind: 'user' | 'cancelled' = 'user') => ({
  ...{ kind, title: 'it is too old', what: 'It is too old.', faults: [], safe: 'All of it.', advice: 'Look.' },
  detail: ['a line of detail'],
})
const headingOf = (report: ListReport) => renderListSummary(report).split('\n')[0]
const rowsOf = (markdown: string) => markdown.split('\n').filter(line => /^\| (<code>|hour)/.test(line))

describe('renderListSummary', () => {
  it('shows slot, time, age, database, files, verdict and proof of each', () => {
    const proof = { kind: 'proven' as const, provenAt: new Date('2026-11-24T04:43:00.000Z'), restoreSeconds: 98 }
    const markdown = renderListSummary(
      aReport([
        aPoint('Wednesday-16-00', '2026-11-25T16:17:00Z', {
          ...{ proof, facts: { runUrl: 'https://github.com/acme/shop/actions/runs/7/attempts/1' } },
        }),
        aPoint('Monday-13-00', '2026-11-16T13:17:00Z', { isStale: true, facts: { files: undefined } }),
        anUnreadable('Monday-14-00'),
      ]),
    )
    expect(markdown).toContain(
      '| Slot | Taken at | Age | Database | Files | Verdict | Proven |  |\n| :-- | :-- | --: | --: | --: | :-- | :-- | :-- |\n',
    )
    expect(rowsOf(markdown)).toEqual([
      '| <code>Wednesday-16-00</code> | Wed 25 Nov 2026, 16:17 UTC | 43&nbsp;m | 12.3 MB (16 tables) | 240 MB (2,521 files) | ✅ good | ✅ 1 d 12 h ago, restored in 1 m 38 s | [run](https://github.com/acme/shop/actions/runs/7/attempts/1) |',
      '| <code>Monday-13-00</code> | Mon 16 Nov 2026, 13:17 UTC | 9&nbsp;d&nbsp;4&nbsp;h | 12.3 MB (16 tables) | – | ⚠️ good, stale | – |  |',
      '| <code>Monday-14-00</code> | – | – | – | – | ❌ unreadable | – |  |',
    ])
    expect(markdown).toContain('*Stale*: the slot was not written when its turn came again.')
    expect(markdown).toContain(
      '### ⚠️ 1 cannot be restored\n\n- <code>Monday-14-00</code> is unreadable. The manifest "web1/Monday-14-00.manifest.json" is not JSON.',
    )
  })

  it('shows the last week by the hour, and what was proven last', () => {
    const provenAt = new Date('2026-11-24T04:43:00.000Z')
    const point = aPoint('Wednesday-16-00', '2026-11-25T16:17:00Z', {
      proof: { kind: 'proven', provenAt, restoreSeconds: 98 },
    })
    const slot = { slot: point.name, takenAt: new Date('2026-11-25T16:17:00Z'), state: 'proven' as const }
    const missing = [new Date('2026-11-25T15:00:00Z')]
    const week = { timezone: 'Europe/Berlin', points: [slot], missing, everyMs: 3_600_000 }
    const markdown = renderListSummary(aReport([point], { week }))
    expect(markdown).toContain('### The last seven days, hour by hour (Europe/Berlin)')
    expect(markdown.replaceAll('\u2060', '')).toContain(
      '| Wednesday | ➖➖➖➖➖➖ | ➖➖➖➖➖➖ | ➖➖➖➖✅➖ | ➖➖➖➖➖➖ |',
    )
    expect(markdown).toContain('**1 gap**: one is taken every hour')
    const expected = { everyMs: 3_600_000, count: 150, missing }
    const named = renderListSummary(aReport([point], { week, expected }))
    expect(named).toMatch(/^## ⚠️ .*, with 1 gap\n/)
    expect(named).not.toContain('**1 gap**')
    expect(markdown).toContain(
      '**Last proof** <code>Wednesday-16-00</code>, 1 d 12 h ago: a restore took **1 m 38 s**.',
    )
    expect(renderListSummary(aReport(someHours(1)))).toContain('**Last proof** none')
  })

  it('says in one line what there is, and where', () => {
    const markdown = renderListSummary(
      aReport([...someHours(3), aPoint('x', '2026-11-01T00:00:00Z', { isStale: true }), anUnreadable('y')], {
        store: { bucket: 'acme', prefix: '', endpoint: 'https://s3.example.com' },
        expected: { everyMs: 3_600_000, count: 167, missing: [] },
      }),
    )
    expect(markdown.split('\n')[2]).toBe(
      '**Bucket** <code>s3&#58;//acme/</code> at <code>https&#58;//s3.example.com</code> · **Host** <code>web1.example.com</code> · **Recovery points** 5 (4 good, 1 unreadable, 1 stale) · **Size** 1 GB · **Signatures** not required (`signed-by` is empty); the newest has none that is valid · **Missing** 0 of 167',
    )
    expect(markdown).not.toContain('without a good recovery point')
  })

  it('gives the ring, each tier and the suspect ones a table of their own, in this order, and none to what is empty', () => {
    const at = (name: string, place: 'ring' | 'daily' | 'yearly' | 'suspect') =>
      aPoint(name, '2026-11-25T16:17:00Z', { place, verdict: place === 'suspect' ? 'suspect' : 'good' })
    const markdown = renderListSummary(
      aReport([
        at('suspect/a', 'suspect'),
        at('yearly/2026', 'yearly'),
        at('daily/2026-11-25', 'daily'),
        at('a', 'ring'),
      ]),
    )
    expect([...markdown.matchAll(/^### (.*)$/gm)].map(([, title]) => title)).toEqual([
      'How far back one can go',
      'The ring: 1 recovery point',
      '<code>daily/</code>: 1 recovery point',
      '<code>yearly/</code>: 1 recovery point',
      '<code>suspect/</code>: 1 recovery point',
    ])
    expect(markdown).toContain('| ⚠️ suspect | – |  |')
    expect(markdown).not.toContain('*Stale*')
  })

  it('folds all but the newest of a long ring, and says what is odd behind the fold', () => {
    const points = someHours(168).map((point, index) => (index < 160 ? point : { ...point, isStale: true }))
    const markdown = renderListSummary(aReport(points))
    const [open = '', hidden = ''] = markdown.split('<details>')
    expect(rowsOf(open)).toHaveLength(6)
    expect(rowsOf(hidden)).toHaveLength(162)
    expect(hidden).toMatch(/^<summary>162 older, 8 of them stale or not good<\/summary>\n\n\| Slot /)
  })

  it('stays within what GitHub takes, whatever there is', () => {
    const points = [...someHours(20_000), ...Array.from({ length: 20_000 }, (_, index) => anUnreadable(`x${index}`))]
    const missing = Array.from({ length: 1000 }, (_, index) => new Date(Date.UTC(2026, 0, 1, 2 * index)))
    const markdown = renderListSummary(aReport(points, { expected: { everyMs: 3_600_000, count: 2000, missing } }))
    expect(Buffer.byteLength(markdown)).toBeLessThan(1024 * 1024)
    expect(markdown).toContain('… and 39,000 more, in the log.')
    expect(markdown).toContain('- … and 19,950 more, in the log')
    expect(markdown).toContain('- … and 950 more, in the log')
  })

  it('names what is missing, the newest first, and folds long lists', () => {
    const missing = [1, 5, 6].map(hour => new Date(Date.UTC(2026, 10, 25, hour)))
    const some = (times: Date[]) =>
      renderListSummary(aReport(someHours(3), { expected: { everyMs: 3_600_000, count: 9, missing: times } }))
    expect(some(missing)).toContain(
      '### ⚠️ 3 periods of 1 h without a good recovery point\n\n- 2026-11-25T05:00:00Z to 2026-11-25T06:00:00Z (2)\n- 2026-11-25T01:00:00Z\n',
    )
    const many = Array.from({ length: 11 }, (_, index) => new Date(Date.UTC(2026, 10, 24, 2 * index)))
    expect(some(many)).toContain('<details><summary>⚠️ 11 periods of 1 h without a good recovery point</summary>')
  })

  it('has a heading for each way a list may end', () => {
    const good = someHours(2)
    expect(headingOf(aReport(good))).toBe(
      '## ✅ hour-0 is the newest good recovery point, taken 43 m ago: one of 2 good ones',
    )
    const missing = [new Date('2026-11-25T01:00:00Z')]
    expect(headingOf(aReport(good, { expected: { everyMs: 1, count: 1, missing } }))).toMatch(/^## ⚠️ hour-0 is/)
    expect(headingOf(aReport([]))).toBe('## ⚠️ There is no good recovery point')
    expect(headingOf(aReport([], { failure: failure() }))).toBe('## ❌ List failed: it is too old')
    expect(headingOf(aReport(good, { failure: failure() }))).toBe('## ❌ List failed: it is too old')
    expect(headingOf(aReport(undefined, { failure: failure() }))).toBe('## ❌ List failed: it is too old')
    expect(headingOf(aReport(undefined, { failure: failure('cancelled') }))).toBe('## ⏹️ List cancelled')
  })

  it('says of a failure what happened, what is safe and what to do, above the tables', () => {
    const markdown = renderListSummary(aReport(someHours(2), { failure: failure() }))
    expect(markdown).toContain(
      '### What happened\n\nIt is too old.\n\n### What is still safe\n\nAll of it.\n\n### What to do next\n\nLook.\n\n**Last proof** none',
    )
    expect(markdown).not.toContain('a line of detail')
    expect(renderListSummary(aReport(undefined, { failure: failure() }))).toContain('a line of detail')
  })

  it('shows text of the bucket as text', () => {
    const facts = { host: '<img src=x>@acme', databases: [{ name: '|', bytes: 1, tables: 1 }] }
    const problem = 'Broken | [here](https://evil.example)\n# not a heading'
    const markdown = renderListSummary(
      aReport([aPoint('a', '2026-11-25T16:17:00Z', { facts, problem, verdict: 'damaged' })]),
    )
    expect(markdown).not.toMatch(/<img|\[here\]|^# not/m)
  })
})

describe('scrubListReport', () => {
  it('hides secrets in every text that comes from the bucket', () => {
    const facts = {
      host: 'secret-host',
      runUrl: 'https://secret',
      databases: [{ name: 'my secret', bytes: 1, tables: 1 }],
      files: { paths: ['/srv/secret'], bytes: 1, files: 1 },
    }
    const report = aReport([aPoint('a', '2026-11-25T16:17:00Z', { facts, problem: 'a secret problem' })], {
      warnings: [warning('x', 'a secret warning')],
    })
    const scrubbed = scrubListReport(report, text => text.replaceAll('secret', '***'))
    expect(JSON.stringify(report)).toContain('secret')
    expect(JSON.stringify(scrubbed)).not.toContain('secret')
    expect(JSON.stringify(scrubbed).match(/\*\*\*/g)).toHaveLength(6)
  })

  it('leaves what was not read not read', () => {
    expect(scrubListReport(aReport(undefined), text => text)).not.toHaveProperty('points')
  })
})
