import { appendFile, stat } from 'node:fs/promises'

/** What GitHub takes for the summary of one step; above it the whole summary is dropped. */
export const summaryLimitBytes = 1024 * 1024

const cutNote =
  '\n\n> This summary was cut: GitHub shows at most 1 MiB for each step. The log has the rest.\n'

/**
 * Adds Markdown to the file that GitHub shows as the job summary (`GITHUB_STEP_SUMMARY`); without one, or with nothing to add, it does nothing.
 * Never throws. What would go over the limit is cut at a line, with a note.
 */
export async function appendToSummary(path: string | undefined, markdown: string): Promise<void> {
  if (path === undefined || path === '' || markdown.trim() === '') return
  try {
    const usedBytes = await stat(path).then(
      file => file.size,
      () => 0,
    )
    const text = fitSummary(`${markdown.trimEnd()}\n\n`, summaryLimitBytes - usedBytes)
    if (text !== '') await appendFile(path, text)
  } catch {
    // A summary must not fail a backup.
  }
}

/** The Markdown itself if it takes at most `spareBytes`, else as many of its lines as fit with a note; '' when not even that. */
export function fitSummary(markdown: string, spareBytes: number): string {
  if (Buffer.byteLength(markdown) <= spareBytes) return markdown
  const lines = markdown.split('\n')
  const closingSpareBytes = 200 + Buffer.byteLength(cutNote)
  let usedBytes = closingSpareBytes
  let kept = 0
  for (const line of lines) {
    usedBytes += Buffer.byteLength(line) + 1
    if (usedBytes > spareBytes) break
    kept++
  }
  if (kept === 0) return Buffer.byteLength(cutNote) <= spareBytes ? cutNote : ''
  const shown = lines.slice(0, kept)
  return `${shown.join('\n')}${closing(shown)}${cutNote}`
}

// A fence or a fold left open would swallow the note.
function closing(lines: readonly string[]): string {
  let fence = ''
  let folds = 0
  for (const line of lines) {
    const mark = /^(`{3,})[^`]*$/.exec(line)?.[1]
    if (fence !== '') {
      if (line === fence) fence = ''
    } else if (mark !== undefined) fence = mark
    else folds += line.split('<details>').length - line.split('</details>').length
  }
  return `${fence === '' ? '' : `\n${fence}`}${'\n\n</details>'.repeat(Math.max(0, folds))}`
}
