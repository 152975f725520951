import type { Measured } from './limits'
import { shownSpread, spreadOf } from './rounds'
import type { Usage } from './usage'

/** One run of a tool. Bytes of `content` are uncompressed, `stored` as they lie in the bucket. */
export interface StreamRun {
  contentBytes: number
  storedBytes: number
  usage: Usage
  /** From the opening of the stream to its last part, for a tool that shows it. */
  streamMs?: number
}

/** One tool in all rounds. */
export interface StreamRow {
  tool: string
  runs: readonly StreamRun[]
}

/** A heading, a table and what is to be known to read it. */
export interface Section {
  title: string
  lines: string[]
  /** What has a limit. */
  measured?: readonly Measured[]
}

const MB = 1e6
const GB = 1e9

/** A Markdown table of tools side by side. */
export function streamTable(rows: readonly StreamRow[]): string[] {
  return table(
    ['tool', 'stored', 'wall', 'stream', 'CPU', 'CPU per GB of content', 'peak memory', 'to disk'],
    rows.map(({ tool, runs }) => {
      const of = (figure: (run: StreamRun) => number) => spreadOf(runs.map(figure))
      const stored = of(run => run.storedBytes).median
      return [
        tool,
        stored === 0 ? '' : `${megabytes(stored)} MB`,
        shownSpread(
          of(run => run.usage.wallMs / 1000),
          1,
          ' s',
        ),
        stored === 0 ? '' : shownSpread(of(speedOf), 0, ' MB/s'),
        shownSpread(
          of(run => run.usage.cpuSeconds),
          2,
          ' s',
        ),
        `${of(cpuPerGigabyte).median.toFixed(2)} s`,
        `${megabytes(of(run => run.usage.peakRssBytes).most)} MB`,
        `${(of(run => run.usage.diskWriteBytes).most / 1024).toFixed(0)} KiB`,
      ]
    }),
  )
}

/** In MB of content per second. */
export function speedOf({ contentBytes, usage, streamMs = usage.wallMs }: StreamRun): number {
  return (contentBytes / MB / streamMs) * 1000
}

export function cpuPerGigabyte({ contentBytes, usage }: StreamRun): number {
  return usage.cpuSeconds / (contentBytes / GB)
}

/** The first column is on the left, the others right. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  // A pipe would end the cell, even in code.
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = heading.map((_, index) => (index === 0 ? '---' : '---:'))
  return [line(heading), line(rule), ...rows.map(line)]
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

export function megabytes(bytes: number): string {
  return (bytes / MB).toFixed(0)
}
