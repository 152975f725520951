import { startProgress } from '../../../src/pipeline/progress'
import { progressLine, progressLines } from '../../../src/pipeline/progress-line'

describe('startProgress', () => {
  let nowMs: number
  let told: string[]
  const log = { info: (line: string) => void told.push(line) }
  const clock = { monotonicMs: () => nowMs }
  const pass = (ms: number) => {
    nowMs += ms
    jest.advanceTimersByTime(ms)
  }

  beforeEach(() => {
    jest.useFakeTimers()
    nowMs = 5_000
    told = []
  })
  afterEach(() => jest.useRealTimers())

  it('tells each stream every ten seconds', () => {
    const progress = startProgress({ log, clock, lines: () => [`database ${nowMs}`, `codebase ${nowMs}`] })
    pass(9_999)
    expect(told).toEqual([])
    pass(1)
    expect(told).toEqual(['database 15000', 'codebase 15000'])
    pass(10_000)
    expect(told.slice(2)).toEqual(['database 25000', 'codebase 25000'])
    progress.stop()
  })

  it('tells a stream that is done once', () => {
    const progress = startProgress({ log, clock, lines: () => ['database done', `codebase ${nowMs}`] })
    pass(10_000)
    pass(10_000)
    expect(told).toEqual(['database done', 'codebase 15000', 'codebase 25000'])
    progress.stop()
  })

  it('tells nothing after it was stopped', () => {
    const progress = startProgress({ log, clock, lines: () => [String(nowMs)] })
    progress.stop()
    pass(60_000)
    expect(told).toEqual([])
  })

  it('does not catch up on reports that a busy process held up', () => {
    const progress = startProgress({ log, clock, lines: () => [String(nowMs)] })
    nowMs += 30_000
    jest.advanceTimersByTime(30_000)
    expect(told).toEqual(['35000'])
    progress.stop()
  })

  it('does not keep the process alive', () => {
    jest.useRealTimers()
    const before = activeTimers()
    const progress = startProgress({ log, clock, lines: () => [] })
    expect(activeTimers()).toBe(before)
    progress.stop()
  })
})

describe('progressLine', () => {
  it('tells bytes, content, rate and time of a dump', () => {
    const content = { bytes: 2_400_000_000, tables: 14 }
    expect(
      progressLine({
        name: 'database',
        stage: 'sending',
        sentBytes: 812_000_000,
        content,
        elapsedMs: 26_000,
      }),
    ).toBe('database  812 MB sent (2.4 GB of SQL, 14 tables), 31 MB/s, 26 s')
  })

  it('tells what a stream waits for', () => {
    expect(progressLine({ name: 'codebase', stage: 'waiting', waitsFor: 'rsync', elapsedMs: 40_000 })).toBe(
      'codebase  waiting for rsync, 40 s',
    )
  })

  it('tells that a stream is done', () => {
    const content = { bytes: 5_000_000, files: 1 }
    expect(progressLine({ name: 'codebase', stage: 'done', sentBytes: 1_000_000, content, elapsedMs: 1_000 })).toBe(
      'codebase  done: 1 MB sent (5 MB of tar, 1 file), 1 MB/s, in 1 s',
    )
  })
})

describe('progressLines', () => {
  it('stands the streams in columns', () => {
    const waiting = { stage: 'waiting', waitsFor: 'rsync', elapsedMs: 1_000 } as const
    expect(
      progressLines([
        { name: 'db', ...waiting },
        { name: 'codebase', ...waiting },
      ]),
    ).toEqual(['db        waiting for rsync, 1 s', 'codebase  waiting for rsync, 1 s'])
  })
})

function activeTimers(): number {
  return process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
}
