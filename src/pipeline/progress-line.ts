import { plural } from '../runtime/text/format-count'
import { formatDuration } from '../runtime/text/format-duration'
import { formatRate, formatSize } from '../runtime/text/format-size'

/** The progress of a stream. */
export type StreamProgress =
  /** `at`: how far that is, where it is known. */
  | { name: string; stage: 'waiting'; waitsFor: string; at?: string; elapsedMs: number }
  | {
      name: string
      stage: 'sending' | 'done'
      /** Stored bytes, sent or being sent. */
      sentBytes: number
      /** Of the uncompressed stream, from `ContentCheck.progress()`. */
      content: { bytes: number; tables?: number; files?: number }
      /** Since the stream's first byte. */
      elapsedMs: number
    }

/** `database  812 MB sent (2.4 GB of SQL, 14 tables), 31 MB/s, 26 s`. Names are padded to `nameWidth`, for columns. */
export function progressLine(stream: StreamProgress, nameWidth = 0): string {
  return `${stream.name.padEnd(nameWidth)}  ${stateOf(stream)}`
}

/** The lines of several streams, in columns. */
export function progressLines(streams: readonly StreamProgress[]): string[] {
  const nameWidth = Math.max(0, ...streams.map(({ name }) => name.length))
  return streams.map(stream => progressLine(stream, nameWidth))
}

function stateOf(stream: StreamProgress): string {
  const elapsed = formatDuration(stream.elapsedMs)
  if (stream.stage === 'waiting') {
    const at = stream.at === undefined ? '' : ` (${stream.at})`
    return `waiting for ${stream.waitsFor}${at}, ${elapsed}`
  }
  const { sentBytes, content, elapsedMs } = stream
  const sent = `${formatSize(sentBytes)} sent (${contentOf(content)}), ${formatRate(sentBytes, elapsedMs)}`
  return stream.stage === 'done' ? `done: ${sent}, in ${elapsed}` : `${sent}, ${elapsed}`
}

function contentOf({ bytes, tables, files }: { bytes: number; tables?: number; files?: number }): string {
  if (tables !== undefined) return `${formatSize(bytes)} of SQL, ${plural(tables, 'table')}`
  if (files !== undefined) return `${formatSize(bytes)} of tar, ${plural(files, 'file')}`
  return `${formatSize(bytes)} of content`
}
