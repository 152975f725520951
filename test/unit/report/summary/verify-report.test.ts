import type { FailureFacts } from '../../../../src/commands/run-facts'
import { verifyError } from '../../../../src/commands/verify/verify-error'
import { pointLines, provenSentence } from '../../../../src/commands/verify/verify-lines'
import { isProven, type VerifiedPoint, type VerifyReport } from '../../../../src/commands/verify/verify-result'
import { problem, warning } from '../../../../src/findings/finding'
import { setVerifyOutputs } from '../../../../src/report/outputs/verify-outputs'
import { scrubVerifyReport } from '../../../../src/report/scrub'
import { renderVerifySummary } from '../../../../src/report/summary/verify-summary'
import { drillOnly } from '../../../../src/sources/drill/drill-finding'
import { recordingRuntime } from '../../recording-runtime'

function point(overrides: Partial<VerifiedPoint> = {}): VerifiedPoint {
  return {
    ...{ name: 'Monday-13-00', status: 'proven', verdict: 'good', takenAt: '2026-11-23T13:05:02.120Z' },
    ...{ objects: 2, storedBytes: 252_300_000, durationMs: 4_000, findings: [], ...overrides },
  }
}

const finding = { ...problem('checksum', '"p/a.sql.gz" has another sha256.'), key: 'p/a.sql.gz' }
const failed = point({ name: 'Monday-12-00', status: 'failed', findings: [finding] })

function aReport(overrides: Partial<VerifyReport> = {}): VerifyReport {
  return {
    ...{
      level: 'read',
      store: { bucket: 'acme', prefix: 'running-backups' },
      requested: 1,
      points: [point()],
    },
    ...{
      startedAt: new Date('2026-11-23T14:00:00Z'),
      finishedAt: new Date('2026-11-23T14:01:02Z'),
      warnings: [],
    },
    ...overrides,
  }
}

const failure: FailureFacts = {
  kind: 'failure',
  title: 'store fell over',
  what: 'The store <fell> over.',
  faults: [],
  safe: 'All.',
  advice: 'Wait & see.',
  detail: ['one line'],
}

describe('isProven', () => {
  it('is true only when everything that was asked for is', () => {
    expect(isProven(aReport())).toBe(true)
    expect(isProven(aReport({ requested: 2 }))).toBe(false)
    expect(isProven(aReport({ points: [point(), failed], requested: 2 }))).toBe(false)
    expect(isProven(aReport({ points: [], requested: 0 }))).toBe(false)
    expect(isProven(aReport({ failure }))).toBe(false)
  })
})

describe('provenSentence', () => {
  it('tells what was done with what', () => {
    expect(provenSentence(aReport())).toBe(
      'Monday-13-00, taken 54 m 58 s ago, is proven: 2 objects, 252 MB, read and checked, in 1 m 2 s',
    )
    const drilled = point({ verdict: 'suspect', restoreSeconds: 61 })
    expect(provenSentence(aReport({ level: 'restore', points: [drilled] }))).toBe(
      'Monday-13-00 (suspect), taken 54 m 58 s ago, is proven: 2 objects, 252 MB, read, checked and restored, in 1 m 2 s; a restore takes 1 m 1 s',
    )
    const three = [point(), point(), point({ verdict: 'suspect' })]
    expect(provenSentence(aReport({ level: 'stored', points: three, requested: 3 }))).toBe(
      '3 recovery points proven, 1 suspect one among them, the newest taken 54 m 58 s ago: 6 objects, 757 MB, compared with what the store says, in 1 m 2 s',
    )
  })
})

describe('pointLines', () => {
  it('tells every finding', () => {
    const point = {
      ...failed,
      findings: [{ ...finding, fix: 'Look.' }, problem('empty', 'Nothing.')],
    }
    expect(pointLines(point, new Date('2026-11-30T01:05:02Z'))).toEqual([
      'Monday-12-00: failed, taken 6 d 12 h ago, 2 objects, 252 MB, in 4 s',
      '  checksum: "p/a.sql.gz" has another sha256. Look.',
      '  empty: Nothing.',
    ])
  })
})

describe('verifyError', () => {
  it('says what is not proven, why, and what to use in its place', () => {
    const error = verifyError([point({ name: 'a', verdict: 'suspect' }), failed, point()])
    expect(error.message).toBe('Monday-12-00 is not proven: "p/a.sql.gz" has another sha256.')
    expect(error.advice).toBe('Do not count on Monday-12-00: of those verified here, Monday-13-00 is proven.')
    expect(error.detail).toEqual(['checksum'])
  })

  it('does not call an object bad whose bytes are sound', () => {
    const what = 'The drill check "SELECT 0" is not true: it returned 0.'
    const drilled = { ...failed, findings: [drillOnly(problem('drill-check', what))] }
    expect(verifyError([drilled]).advice).toBe(
      'The stored objects of Monday-12-00 are sound to the byte; only the drill failed.',
    )
    const broken = point({ name: 'b', status: 'failed', findings: [finding] })
    expect(verifyError([drilled, broken]).advice).toContain('Do not count on b; look for one that is sound')
    expect(verifyError([broken, drilled]).advice).toContain('The stored objects of Monday-12-00 are sound')
    const both = { ...failed, findings: [finding, drillOnly(problem('drill-check', what))] }
    expect(verifyError([both]).advice).toContain('Do not count on Monday-12-00')
    const differs = { ...failed, findings: [problem('restored', what)] }
    expect(verifyError([differs]).advice).toContain('Do not count on Monday-12-00')
  })

  it('names five and counts the rest', () => {
    const many = Array.from({ length: 7 }, (_, index) => ({ ...failed, name: `s${index}` }))
    const error = verifyError(many)
    expect(error.message).toBe('s0, s1, s2, s3, s4 and 2 more are not proven: "p/a.sql.gz" has another sha256.')
    expect(error.faults.map(({ message }) => message)).toEqual(
      many.map(({ name }) => `${name}: "p/a.sql.gz" has another sha256.`),
    )
    expect(error.advice).toContain('look for one that is sound with "snapshot: all"')
  })
})

describe('setVerifyOutputs', () => {
  const outputs = (report: VerifyReport) => {
    const runtime = recordingRuntime()
    setVerifyOutputs(runtime, report)
    const given = (name: string) => runtime.outputs.get(name) ?? 'not set'
    return {
      status: given('status'),
      verified: given('verified'),
      seconds: given('restore-seconds'),
      lines: runtime.lines,
    }
  }

  it('tells each recovery point and its findings', () => {
    const told = { code: 'checksum', key: 'p/a.sql.gz', message: '"p/a.sql.gz" has another sha256.' }
    const points = [
      point({ restoreSeconds: 61.4, signer: 'SHA256:abc' }),
      { ...failed, takenAt: undefined, restoreSeconds: 3 },
    ]
    const { status, verified, seconds } = outputs(aReport({ requested: 2, points, level: 'restore' }))
    expect([status, seconds]).toEqual(['failed', '61'])
    expect(JSON.parse(verified)).toEqual([
      {
        ...{
          snapshot: 'Monday-13-00',
          takenAt: '2026-11-23T13:05:02.120Z',
          verdict: 'good',
          level: 'restore',
        },
        ...{ status: 'proven', bytes: 252_300_000, signedBy: 'SHA256:abc', restoreSeconds: 61.4, findings: [] },
      },
      {
        ...{ snapshot: 'Monday-12-00', takenAt: null, verdict: 'good', level: 'restore' },
        ...{ status: 'failed', bytes: 252_300_000, signedBy: null, restoreSeconds: 3, findings: [told] },
      },
    ])
  })

  it('is proven without a time to restore', () => {
    expect(outputs(aReport())).toMatchObject({ status: 'proven', seconds: '' })
  })

  it('keeps to what GitHub takes, and says so', () => {
    const long = { ...finding, what: 'x'.repeat(90_000) }
    const points = [1, 2, 3].map(() => ({ ...failed, findings: [long] }))
    const { verified, lines } = outputs(aReport({ points, requested: 3 }))
    expect(JSON.parse(verified)).toHaveLength(2)
    expect(lines.map(({ text }) => text).join()).toContain('has the first 2 of 3 recovery points')
  })
})

describe('renderVerifySummary', () => {
  it('sums up a good run', () => {
    const summary = renderVerifySummary(aReport())
    expect(summary).toContain(
      '## ✅ Monday-13-00, taken 54 m 58 s ago, is proven: 2 objects, 252 MB, read and checked, in 1 m 2 s\n',
    )
    expect(summary).toContain('| Monday-13-00 | Mon 23 Nov 2026, 13:05 UTC | ✅ proven | nobody | 2 | 252 MB |')
    expect(summary).not.toContain('undefined')
  })

  it('names every finding, and what to do', () => {
    const points = [point(), { ...failed, findings: [{ ...finding, fix: '*Look* at it.' }] }]
    const summary = renderVerifySummary(aReport({ points, requested: 2, failure }))
    expect(summary).toContain(
      '## ❌ Verification failed: store fell over\n\n**Not proven** 1 of 2 recovery points · **Bucket**',
    )
    expect(summary).toContain(
      '### 1 finding\n\n- **Monday-12-00** <code>checksum</code> "p/a.sql.gz" has another sha256.',
    )
    expect(summary).toContain('&#42;Look&#42; at it.')
    expect(summary).toContain('**What to do next:** Wait &#38; see.')
    // The finding is what happened.
    expect(summary).not.toContain('What happened')
    expect(summary).toContain('❌ failed')
  })

  it('says what ended a run before it was through', () => {
    const summary = renderVerifySummary(aReport({ points: [failed], requested: 9, failure }))
    expect(summary).toContain('## ❌ Verification failed: store fell over (the run ended after 1 of 9)')
    expect(summary).toContain('### What happened\n\nThe store &#60;fell&#62; over.')
    expect(renderVerifySummary(aReport({ points: [], requested: 9, failure }))).toContain(
      '## ❌ Verification failed: store fell over (the run ended after 0 of 9)',
    )
    const cancelled: FailureFacts = { ...failure, kind: 'cancelled' }
    expect(renderVerifySummary(aReport({ points: [], requested: 9, failure: cancelled }))).toContain(
      '## ⏹️ Verification cancelled (the run ended after 0 of 9)',
    )
  })

  it('folds a long table and cuts a long list of findings', () => {
    const points = Array.from({ length: 168 }, () => ({ ...failed, findings: [finding, finding] }))
    const summary = renderVerifySummary(aReport({ points, requested: 168, failure }))
    expect(summary).toContain('<details><summary>168 recovery points</summary>')
    expect(summary).toContain('… and 136 more, in the log')
  })

  it('shows the time to restore of a drill', () => {
    const points = [point({ restoreSeconds: 61 }), point({ status: 'failed', findings: [finding] })]
    const summary = renderVerifySummary(aReport({ level: 'restore', points, requested: 2 }))
    expect(summary).toContain('| 252 MB | 1 m 1 s |')
    expect(summary).toContain('| 252 MB | – |')
  })
})

describe('scrubVerifyReport', () => {
  it('leaves no secret in what is told', () => {
    const report = aReport({
      warnings: [warning('w', 'geheim')],
      points: [{ ...failed, findings: [{ ...finding, what: 'geheim', fix: 'geheim' }] }],
    })
    const scrubbed = scrubVerifyReport(report, text => text.replaceAll('geheim', '***'))
    expect(JSON.stringify(scrubbed)).not.toContain('geheim')
    expect(scrubbed.points[0]?.findings).toEqual([{ ...finding, what: '***', fix: '***' }])
  })
})
