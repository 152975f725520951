import { warning } from '../../../src/findings/finding'
import { annotateBackup, annotateWarnings, successSentence } from '../../../src/report/annotations'
import { recordingRuntime } from '../recording-runtime'
import { aDatabase, aReport } from './a-report'

const someWarnings = (count: number) =>
  Array.from({ length: count }, (_, index) => warning(`code-${index}`, `message ${index}`))

describe('successSentence', () => {
  it('tells the slot, the artifacts and the time', () => {
    expect(successSentence(aReport())).toBe(
      'Monday-13-00 is good: database 12.3 MB (16 tables), codebase 240 MB (2,521 files), in 1 m 38 s',
    )
  })

  it('does not list more than eight artifacts', () => {
    const artifacts = Array.from({ length: 40 }, (_, index) => aDatabase({ name: `db${index}.database` }))
    expect(successSentence(aReport({ artifacts }))).toMatch(/db7\.database 12\.3 MB \(16 tables\) and 32 more, in/)
  })
})

describe('annotateBackup', () => {
  it('gives one notice behind the warnings', () => {
    const runtime = recordingRuntime()
    annotateBackup(runtime.log, aReport({ warnings: someWarnings(1) }))
    expect(runtime.lines).toEqual([
      { kind: 'warning', text: 'message 0', title: 'code-0' },
      { kind: 'notice', text: successSentence(aReport()), title: 'Recovery point taken' },
    ])
  })
})

describe('annotateWarnings', () => {
  it('gives each of ten warnings its own annotation', () => {
    const runtime = recordingRuntime()
    annotateWarnings(runtime.log, someWarnings(10))
    expect(runtime.lines.map(({ title }) => title)).toEqual(someWarnings(10).map(({ code }) => code))
  })

  it('folds those from the tenth on into one when there are more', () => {
    const runtime = recordingRuntime()
    annotateWarnings(runtime.log, someWarnings(12))
    expect(runtime.lines).toHaveLength(10)
    expect(runtime.lines[9]).toEqual({
      kind: 'warning',
      title: '3 more warnings',
      text: 'code-9: message 9\ncode-10: message 10\ncode-11: message 11',
    })
  })

  it('keeps an annotation below what GitHub shows', () => {
    const runtime = recordingRuntime()
    annotateWarnings(runtime.log, [warning('long', 'x'.repeat(10_000))])
    expect(runtime.lines[0]?.text.length).toBeLessThan(3_600)
    expect(runtime.lines[0]?.text).toMatch(/x… \(cut: the job summary has the rest\)$/)
  })
})
