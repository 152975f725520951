import type { ListReport } from '../../../../src/commands/list/list-report'
import { setListOutputs } from '../../../../src/report/outputs/list-outputs'
import { recordingRuntime } from '../../recording-runtime'
import { anUnreadable, aPoint, aReport, someHours } from '../a-list'

function outputsOf(report: ListReport) {
  const runtime = recordingRuntime()
  setListOutputs(runtime, report)
  return { outputs: Object.fromEntries(runtime.outputs), lines: runtime.lines }
}

describe('setListOutputs', () => {
  it('gives every recovery point with all that is known of it', () => {
    const proof = { kind: 'proven' as const, provenAt: new Date('2026-11-24T04:43:00.000Z'), restoreSeconds: 98.4 }
    const runUrl = 'https://github.com/acme/shop/actions/runs/1'
    const good = aPoint('Wednesday-16-00', '2026-11-25T16:17:02.120Z', {
      ...{ proof, signer: 'SHA256:abc', facts: { runUrl, isEncrypted: true } },
    })
    const { outputs } = outputsOf(aReport([good, anUnreadable('Monday')]))
    expect(JSON.parse(outputs['snapshots'] ?? '')).toEqual([
      {
        ...{ snapshot: 'Wednesday-16-00', place: 'ring', verdict: 'good', isStale: false },
        ...{ takenAt: '2026-11-25T16:17:02.120Z', ageSeconds: 2578, host: 'web1.example.com' },
        bytes: 252_300_000,
        databases: [{ name: 'shop', bytes: 12_300_000, tables: 16 }],
        files: { paths: ['/var/www/html'], bytes: 240_000_000, files: 2521 },
        proof: { status: 'proven', provenAt: '2026-11-24T04:43:00Z', restoreSeconds: 98.4 },
        ...{ signedBy: 'SHA256:abc', problem: null, isEncrypted: true, runUrl },
      },
      {
        ...{ snapshot: 'Monday', place: 'ring', verdict: 'unreadable', isStale: false },
        ...{ takenAt: null, ageSeconds: null, host: null, bytes: null, databases: null, files: null },
        ...{ proof: null, signedBy: null, isEncrypted: null, runUrl: null },
        problem: 'The manifest "web1/Monday.manifest.json" is not JSON.',
      },
    ])
    expect(outputs).toMatchObject({
      latest: 'Wednesday-16-00',
      'latest-age-seconds': '2578',
      count: '2',
      missing: '[]',
    })
  })

  it('says that there is no good one with empty values', () => {
    const { outputs } = outputsOf(aReport([]))
    expect(outputs).toEqual({
      snapshots: '[]',
      latest: '',
      'latest-age-seconds': '',
      count: '0',
      missing: '[]',
      due: '',
      page: '',
      servers: '[]',
    })
  })

  it('says whether a backup is due, where one is expected: one with a name is no backup of an hour', () => {
    const hourMs = 3_600_000
    const due = (points: Parameters<typeof aReport>[0], everyMs = hourMs) =>
      outputsOf(aReport(points, { expected: { everyMs, count: 1, missing: [] } })).outputs['due']
    const young = aPoint('Wednesday-16-00', '2026-11-25T16:17:02.120Z')
    const named = aPoint('manual/update', '2026-11-25T16:30:00.000Z', { place: 'manual' })
    const old = aPoint('Wednesday-15-00', '2026-11-25T15:17:02.120Z')
    expect([due([young]), due([young], 600_000), due([named, old]), due([]), due([anUnreadable('Monday')])]).toEqual([
      ...['false', 'true', 'true', 'true', 'true'],
    ])
  })

  it('names the beginnings of what is missing', () => {
    const missing = [new Date('2026-11-23T13:00:00Z'), new Date('2026-11-23T15:00:00Z')]
    const { outputs } = outputsOf(aReport(someHours(2), { expected: { everyMs: 1, count: 4, missing } }))
    expect(outputs['missing']).toBe('["2026-11-23T13:00:00Z","2026-11-23T15:00:00Z"]')
  })

  it('sets nothing before the bucket was read', () => {
    expect(outputsOf(aReport(undefined)).outputs).toEqual({})
  })

  it('leaves out the oldest of a list that is too long for GitHub, says so, and counts all', () => {
    const { outputs, lines } = outputsOf(aReport(someHours(2_000)))
    const snapshots: { snapshot: string }[] = JSON.parse(outputs['snapshots'] ?? '')
    expect(outputs['snapshots']?.length).toBeLessThanOrEqual(200_000)
    expect(snapshots.length).toBeGreaterThan(300)
    expect(snapshots[0]?.snapshot).toBe('hour-0')
    expect(outputs['count']).toBe('2000')
    expect(lines).toEqual([
      {
        kind: 'warning',
        text: expect.stringMatching(
          `^The output "snapshots" has the first ${snapshots.length} of 2000 recovery points, without the oldest`,
        ),
      },
    ])
  })
})
