import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(__dirname, '../..')

/** Everything that a person reads: pages, workflows, and the code with its messages and comments. */
const read = ['src', 'script', 'docs', 'examples', 'restore', 'verify', 'list', '.github']
  .flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(name => join(folder, name)),
  )
  .concat(readdirSync(root))
  .filter(name => /\.(ts|sh|md|yml|mjs)$/.test(name) && !name.includes('node_modules'))

/** Words that a reader who learnt English at school may not know, or that mean something else to them here. */
const unusual =
  /\b(told|tells|telling|mend(s|ed|ing)?|makes? believe|stands|stood|bears|lest|whilst|amongst|thereof|whence|hence|thus|upon|nought|wherefore|forthwith)\b/i
/** In the shell it is the name of a function. */
const tell = /\btell\b/i

describe('the words', () => {
  it.each(read)('are plain in %s', name => {
    const lines = readFileSync(join(root, name), 'utf8').split('\n')
    // In a request and a report `stand-on` and `stands-on` are keys.
    const odd = lines
      .map(line => line.replace(/\bstands?[-_]ons?\b/g, ''))
      .filter(line => unusual.test(line) || (!name.endsWith('.sh') && tell.test(line) && !line.includes('tell(')))
    expect(odd).toEqual([])
  })
})

describe('the pages', () => {
  const pages = readdirSync(join(root, 'docs')).filter(name => name.endsWith('.md'))

  it.each(pages)('say first who needs them: docs/%s', name => {
    const page = readFileSync(join(root, 'docs', name), 'utf8').replace(/^<!--.*-->\n\n/, '')
    expect(page).toMatch(/^# .+\n\nFor you, if [^\n]/)
  })

  it('are not in the README, which is one page to the first green run', () => {
    const lines = readFileSync(join(root, 'README.md'), 'utf8').split('\n')
    expect(lines.length).toBeLessThan(250)
  })
})
