import type { Readable } from 'node:stream'
import { formatCount } from '../runtime/text/format-count'
import { lineBytesMax, mebibytes, messagesBytesMax, reportBytesMax, reportLinesMax, tooMuch } from './job-limits'
import { LineCutter } from './line-cutter'
import type { ServerJob } from './server-script'

/** One line of a job's report: `docs/protocol.md` lists the words. */
export interface ReportLine {
  word: string
  value: string
}

/** Everything a job reported, and the last lines that its tools printed. */
export interface JobReport {
  /** The job reported `done`, its last word. */
  done: boolean
  /** The last phase; undefined when the script did not get that far. */
  phase: string | undefined
  /** Exit status by stage: dump, rsync, tar, compression, inventory. */
  statuses: Map<string, number>
  /** Entries counted in the mirror, by kind: f, d, l. */
  counts: Map<string, number>
  problem: { code: string; detail: string } | undefined
  /** The version of the server's own copy, which answered in place of the script that was sent. */
  served: string | undefined
  /** Owners of dead locks that were taken over. */
  recovered: string[]
  /** Places to which a folder was moved. */
  swapped: string[]
  /** Places where a swap could be neither finished nor undone. */
  stuck: string[]
  /** The last lines that the tools printed to standard error. */
  messages: string[]
}

/** How many lines of the tools' output are kept: the last ones. */
export const keptMessages = 200
const longestMessage = 1_000

/**
 * Reads a job's standard error to its end, in constant memory. Lines with the nonce are ours, all others are output of
 * the tools. Throws FailureError when it is more than a job may send.
 */
export async function followReport(
  stderr: Readable,
  { job, nonce, onReport }: { job: ServerJob; nonce: string; onReport: (line: ReportLine) => void },
): Promise<JobReport> {
  const report: JobReport = {
    done: false,
    phase: undefined,
    statuses: new Map(),
    counts: new Map(),
    problem: undefined,
    served: undefined,
    recovered: [],
    swapped: [],
    stuck: [],
    messages: [],
  }
  const own = `@${nonce} `
  let [allBytes, reportLines, reportBytes] = [0, 0, 0]
  const read = (line: string) => {
    if (line.startsWith(own)) {
      reportLines++
      reportBytes += line.length
      if (reportLines > reportLinesMax) throw tooMuch(job, `${formatCount(reportLinesMax)} lines of its report`)
      if (reportBytes > reportBytesMax) throw tooMuch(job, `${mebibytes(reportBytesMax)} of its report`)
      const reported = splitWord(line.slice(own.length))
      note(report, reported)
      onReport(reported)
    } else if (line.trim() !== '' && !isKnownNoise(line)) {
      report.messages.push(line.slice(0, longestMessage))
      if (report.messages.length > keptMessages) report.messages.shift()
    }
  }
  const cutter = new LineCutter(lineBytesMax)
  for await (const chunk of stderr) {
    allBytes += chunk.length
    if (allBytes > messagesBytesMax) throw tooMuch(job, `${mebibytes(messagesBytesMax)} of messages`)
    for (const line of cutter.lines(chunk)) read(line)
  }
  for (const line of cutter.last()) read(line)
  return report
}

function note(report: JobReport, { word, value }: ReportLine): void {
  const inner = splitWord(value)
  // Everything before comes from the login shell, not from the job.
  if (word === 'begin') report.messages = []
  if (word === 'done') report.done = true
  if (word === 'phase') report.phase = value
  if (word === 'status') report.statuses.set(inner.word, Number.parseInt(inner.value, 10))
  if (word === 'count') report.counts.set(inner.word, Number.parseInt(inner.value, 10))
  if (word === 'problem') report.problem = { code: inner.word, detail: inner.value }
  if (word === 'served') report.served = value
  if (word === 'recovered') report.recovered.push(value)
  if (word === 'swapped') report.swapped.push(value)
  if (word === 'stuck') report.stuck.push(value)
}

function splitWord(text: string): ReportLine {
  const space = text.indexOf(' ')
  return space < 0 ? { word: text, value: '' } : { word: text.slice(0, space), value: text.slice(space + 1) }
}

/** Printed by healthy tools on every run: the old program name (MariaDB 11), and unknown `--loose-` options. */
function isKnownNoise(line: string): boolean {
  return /Deprecated program name|unknown (variable|option) '(--)?loose-/.test(line)
}
