import { appendFile, stat } from 'node:fs/promises'

/** GitHub's limit for the summary of one step. It drops a larger one completely. */
export const summaryLimitBytes = 1024 * 1024

const cutNote = '\n\n> This summary was cut: GitHub shows at most 1 MiB for each step. The log has the rest.\n'

/** Appends to the job summary (`GITHUB_STEP_SUMMARY`), cut after a line at the limit, with a note. */
export async function appendToSummary(path: string | undefined, markdown: string): Promise<void> {
  if (path === undefined || path === '' || markdown.trim() === '') return
  const usedBytes = await stat(path).then(
    file => file.size,
    () => 0,
  )
  const text = fitSummary(`${markdown.trimEnd()}\n\n`, summaryLimitBytes - usedBytes)
  if (text !== '') await appendFile(path, text)
}

/** The Markdown if it fits into `spareBytes`, else as many lines as fit with a note; '' if not even the note fits. */
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

// An open fence or `<details>` would swallow the note.
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
