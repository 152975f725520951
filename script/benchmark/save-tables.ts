import { readFile, writeFile } from 'node:fs/promises'

const begin = '<!-- bench: begin -->'
const end = '<!-- bench: end -->'

/** Puts `text` between the markers of a Markdown file, in place of what is there. */
export async function saveBetweenMarkers(file: string, text: string): Promise<void> {
  const before = await readFile(file, 'utf8')
  const from = before.indexOf(begin)
  const to = before.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${file} has no lines "${begin}" and "${end}".`)
  await writeFile(file, `${before.slice(0, from + begin.length)}\n${text}\n${before.slice(to)}`)
}
