import type { Usage } from './usage'

/** One tool in one measurement. Bytes of `content` are uncompressed, `stored` as they lie in the bucket. */
export interface StreamRow {
  tool: string
  contentBytes: number
  storedBytes: number
  usage: Usage
  /** From the opening of the stream to its last part, for a tool that shows it. */
  streamMs?: number
}

/** A heading, a table and what is to be known to read it. */
export interface Section {
  title: string
  lines: string[]
}

const MB = 1e6
const GB = 1e9

/** A Markdown table of tools side by side. */
export function streamTable(rows: readonly StreamRow[]): string[] {
  return table(
    ['tool', 'stored', 'wall', 'stream', 'CPU', 'CPU per GB of content', 'peak memory', 'to disk'],
    rows.map(row => {
      const { usage, streamMs = usage.wallMs } = row
      return [
        row.tool,
        row.storedBytes === 0 ? '' : `${megabytes(row.storedBytes)} MB`,
        seconds(usage.wallMs),
        row.storedBytes === 0 ? '' : `${((row.contentBytes / MB / streamMs) * 1000).toFixed(0)} MB/s`,
        `${usage.cpuSeconds.toFixed(2)} s`,
        `${(usage.cpuSeconds / (row.contentBytes / GB)).toFixed(2)} s`,
        `${megabytes(usage.peakRssBytes)} MB`,
        `${(usage.diskWriteBytes / 1024).toFixed(0)} KiB`,
      ]
    }),
  )
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
