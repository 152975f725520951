import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A line that the script writes about a job: `docs/protocol.md` has the words. */
export interface ReportLine {
  word: string
  value: string
}

/** Everything a job reported, and the last of what the tools printed. */
export interface JobReport {
  /** The job's own last word: it did all it was asked for. */
  done: boolean
  /** What the job was doing last; undefined when the script never came so far as to say. */
  phase: string | undefined
  /** Exit status by stage: dump, rsync, tar, compression, inventory. */
  statuses: Map<string, number>
  /** Entries counted in the mirror, by kind: f, d, l. */
  counts: Map<string, number>
  problem: { code: string; detail: string } | undefined
  /** Owners of locks that were taken over from the dead. */
  recovered: string[]
  /** Places into which a folder was put. */
  swapped: string[]
  /** Places where a swap could be neither finished nor undone. */
  stuck: string[]
  /** What the tools printed to standard error, the last lines of it. */
  messages: string[]
}

/** Of what the tools print, only so many lines: the last ones. */
export const keptMessages = 200
const longestMessage = 1_000

/** Reads a job's standard error to its end: lines of ours by the nonce, everything else is what the tools said. */
export async function followReport(
  stderr: Readable,
  nonce: string,
  onReport: ((line: ReportLine) => void) | undefined,
): Promise<JobReport> {
  const report: JobReport = {
    done: false,
    phase: undefined,
    statuses: new Map(),
    counts: new Map(),
    problem: undefined,
    recovered: [],
    swapped: [],
    stuck: [],
    messages: [],
  }
  const own = `@${nonce} `
  for await (const line of createInterface({ input: stderr, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.startsWith(own)) {
      const reported = splitWord(line.slice(own.length))
      note(report, reported)
      onReport?.(reported)
    } else if (line.trim() !== '' && !isKnownNoise(line)) {
      report.messages.push(line.slice(0, longestMessage))
      if (report.messages.length > keptMessages) report.messages.shift()
    }
  }
  return report
}

function note(report: JobReport, { word, value }: ReportLine): void {
  const inner = splitWord(value)
  // What a login shell prints on every login tells nothing of the job.
  if (word === 'begin') report.messages = []
  if (word === 'done') report.done = true
  if (word === 'phase') report.phase = value
  if (word === 'status') report.statuses.set(inner.word, Number.parseInt(inner.value, 10))
  if (word === 'count') report.counts.set(inner.word, Number.parseInt(inner.value, 10))
  if (word === 'problem') report.problem = { code: inner.word, detail: inner.value }
  if (word === 'recovered') report.recovered.push(value)
  if (word === 'swapped') report.swapped.push(value)
  if (word === 'stuck') report.stuck.push(value)
}

function splitWord(text: string): ReportLine {
  const space = text.indexOf(' ')
  return space < 0 ? { word: text, value: '' } : { word: text.slice(0, space), value: text.slice(space + 1) }
}

/** Said by healthy tools on every run: the program's old name (MariaDB 11), and options of another flavour that `--loose-` made harmless. */
function isKnownNoise(line: string): boolean {
  return /Deprecated program name|unknown (variable|option) '(--)?loose-/.test(line)
}
