import { readFile, writeFile } from 'node:fs/promises'

const begin = '<!-- bench: begin -->'
const end = '<!-- bench: end -->'

/** What was measured of one thing, as Markdown without its heading. */
export interface SavedSection {
  title: string
  text: string
}

/** Puts sections between the markers of a Markdown file, each in place of the one with its title. The others stay. */
export async function saveSections(file: string, sections: readonly SavedSection[]): Promise<void> {
  const before = await readFile(file, 'utf8')
  const from = before.indexOf(begin)
  const to = before.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${file} has no lines "${begin}" and "${end}".`)
  const [lead = '', ...saved] = before.slice(from + begin.length, to).split(/^### /m)
  const texts = new Map(
    saved.map(section => [section.split('\n', 1)[0] ?? '', section.replace(/^.*\n+/, '').trimEnd()]),
  )
  for (const { title, text } of sections) texts.set(title, text)
  const all = [lead.trim(), ...[...texts].map(([title, text]) => `### ${title}\n\n${text}`)]
  const between = all.filter(text => text !== '').join('\n\n')
  await writeFile(file, `${before.slice(0, from + begin.length)}\n\n${between}\n\n${before.slice(to)}`)
}
