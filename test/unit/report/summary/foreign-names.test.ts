import { renderFleetSummary } from '../../../../src/report/summary/fleet-summary'
import { renderSummary } from '../../../../src/report/summary/summary'
import { renderVerifySummary } from '../../../../src/report/summary/verify-summary'
import type { RecordedDrill } from '../../../../src/repository/catalog/last-drills'
import type { ReportedChanges } from '../../../../src/repository/guards/changes'
import { aReport as aList, aPoint } from '../a-list'
import { aDatabase, aReport } from '../a-report'

const at = new Date('2026-11-23T12:05:02Z')
const store = { bucket: 'acme', prefix: 'web1' }

/** What may stand in the name of a table, a folder, a slot, a prefix, and in what a store or a database says. */
const names = [
  '<img src=x onerror=alert(1)>',
  '</code></summary></details><h1>x',
  '[here](https://evil.example)',
  '`code` ``` and',
  'a | b',
  'first\n# second',
  '@acme/team and #7',
]

/** A name that has kept its meaning: a tag, a link, a cell of its own, a heading. Blocks of code show what is in them as it is. */
function meant(markdown: string): string[] {
  const text = markdown.replace(/^ *(`{3,})[^`]*?\n[\s\S]*?^ *\1$/gm, '')
  return text.match(/<img|<h1|\]\(https:\/\/evil|`code`|a \| b|^# second|@acme|#7/gm) ?? []
}

function drillOf(name: string): RecordedDrill[] {
  const server = { flavor: name, version: name }
  const known = { slot: name, takenAt: at, endedAt: at, runUrl: `https://evil.example/${name}` }
  return [
    { ...known, status: 'failed', problem: name },
    { ...known, status: 'proven', proven: { restoreSeconds: 4, tables: 1, files: 1, server } },
  ]
}

function changesOf(name: string): ReportedChanges {
  const course = { before: 2, after: 1 }
  return {
    since: { slot: name, takenAt: at },
    parts: [{ name, state: 'kept', contentBytes: course, counts: [] }],
    tables: { changed: 1, added: 0, gone: 0, unchanged: 0, greatest: [{ name, rows: course, bytes: course }] },
    folders: { differing: 1, greatest: [{ name, files: course, bytes: course }] },
  }
}

function historyOf(name: string) {
  return {
    drills: drillOf(name),
    week: { timezone: name, points: [{ slot: name, takenAt: at, state: 'good' as const }], missing: [at], everyMs: 1 },
    tiers: [{ name, count: 1, newest: at, oldest: at }],
    sizes: [
      { slot: name, takenAt: at, bytes: new Map([['files', 5] as const]) },
      { slot: name, takenAt: new Date(at.getTime() + 1), bytes: new Map([['files', 6] as const]) },
    ],
  }
}

describe.each(names)('a name like %j means nothing', name => {
  it('in the summary of a good backup', () => {
    const counts = { added: 1, changed: 1, removed: 1 }
    const summary = renderSummary(
      aReport({
        ...{ host: name, slot: name, servedBy: name, taken: name, ...historyOf(name) },
        artifacts: [aDatabase({ name, origins: [name], key: name, counts: [name], notes: [name] })],
        ...{ changes: changesOf(name), edited: { ...counts, folders: [{ ...counts, folder: name }] } },
        tables: { total: 1, largest: [{ name, bytes: 1, rows: 1 }] },
        skew: { of: name, seconds: 1 },
      }),
    )
    expect(meant(summary)).toEqual([])
  })

  it('in that of a suspect one', () => {
    const failure = { kind: 'user' as const, title: name, what: name, faults: [], safe: name, advice: name }
    const summary = renderSummary(
      aReport({
        ...{ result: 'suspect', failure: { ...failure, detail: [name] }, ...historyOf(name) },
        lastGood: { slot: name, takenAt: at },
        suspect: { changes: changesOf(name), bringBack: [{ what: name, commands: [name] }] },
      }),
    )
    expect(meant(summary)).toEqual([])
  })

  it('in that of a drill', () => {
    const summary = renderVerifySummary({
      ...{ level: 'restore', store, requested: 1, startedAt: at, finishedAt: at, warnings: [] },
      lastDrills: drillOf(name),
      points: [
        {
          ...{ name, status: 'proven', verdict: 'good', takenAt: at.toISOString(), objects: 1, storedBytes: 1 },
          ...{ durationMs: 1, findings: [], signer: name },
          drill: {
            ...{ server: { flavor: name, version: name }, tables: 1, files: 1, rows: 1 },
            checks: [{ statement: name, answer: name, isTrue: false }],
            phases: [{ name: 'Import', durationMs: 1 }],
          },
        },
      ],
    })
    expect(meant(summary)).toEqual([])
  })

  it('in that of a fleet', () => {
    const report = aList([aPoint(name, at.toISOString())], { week: historyOf(name).week })
    const servers = [
      { prefix: name, report },
      { prefix: name, report: undefined, problem: name },
    ]
    expect(meant(renderFleetSummary({ store, servers }))).toEqual([])
  })
})
