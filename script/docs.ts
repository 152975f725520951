/**
 * Writes what the `action.yml` of each action says of inputs and outputs into `docs/inputs.md`, and what that of the
 * backup says into `README.md` between the markers `<!-- inputs:start -->` and `<!-- inputs:end -->` (and `outputs`).
 * The version of `package.json` goes into `src/runtime/version.ts`, every message of the program into `docs/troubleshooting.md`, between `<!-- messages:start -->` and its end.
 * Works in the current folder. With `--check` nothing is written and the status is 1 when a file is not current.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { messagesSection } from './messages'

const described = { description: z.string().min(1) }
const actionMetadata = z.object({
  name: z.string(),
  description: z.string(),
  inputs: z.record(
    z.string(),
    z.object({ ...described, required: z.boolean().optional(), default: z.string().optional() }),
  ),
  outputs: z.record(z.string(), z.object(described)),
})
type ActionMetadata = z.infer<typeof actionMetadata>

function inputTable({ inputs }: ActionMetadata): string {
  return table(
    ['input', 'default', 'meaning'],
    Object.entries(inputs).map(([name, input]) => [
      `\`${name}\``,
      input.required ? 'required' : input.default === undefined ? '' : `\`${input.default}\``,
      input.description,
    ]),
  )
}

function outputTable({ outputs }: ActionMetadata): string {
  return table(
    ['output', 'meaning'],
    Object.entries(outputs).map(([name, output]) => [`\`${name}\``, output.description]),
  )
}

function table(head: string[], rows: string[][]): string {
  const row = (cells: string[]): string =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim()).join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}

/** The actions in the order of the page: the folder of each `action.yml`, and its heading. */
const actions = [
  { folder: '', heading: 'Backup' },
  { folder: 'restore', heading: 'Restore' },
  { folder: 'verify', heading: 'Verify' },
  { folder: 'list', heading: 'List' },
] as const

function readAction(folder: string): ActionMetadata {
  return actionMetadata.parse(parse(readFileSync(join(folder, 'action.yml'), 'utf8')))
}

function inputsPage(): string {
  const links = actions.map(({ heading }) => `- [${heading}](#${heading.toLowerCase()})`)
  const sections = actions.map(({ folder, heading }) => actionSection(folder, heading))
  return `<!-- Written by "npm run docs" from the action.yml of each action: change it there. -->

# Inputs and outputs

For you, if you write a workflow and look for an input, its default, or an output.

An input with a bad value fails the run at once, with the name of the input, the value and what would be right. Lists have
one item per line; blank lines and lines that begin with \`#\` are left out.

${links.join('\n')}

${sections.join('\n')}`
}

function actionSection(folder: string, heading: string): string {
  const action = readAction(folder)
  const name = heading.toLowerCase()
  return `## ${heading}

${action.description}. Used as \`OWNER/make-a-backup${folder === '' ? '' : `/${folder}`}@v1\`.

### Inputs of ${name}

${inputTable(action)}

### Outputs of ${name}

${outputTable(action)}
`
}

/** `package.json` alone has the version. The program cannot read JSON where its tests run the source. */
function versionFile(): string {
  const text = z.object({ name: z.string(), version: z.string(), homepage: z.string() })
  const { name, version, homepage } = text.parse(JSON.parse(readFileSync('package.json', 'utf8')))
  return `// Written by "npm run docs" from package.json.

/** The name and version in manifests and in the bucket. */
export const tool = { name: '${name}', version: '${version}' }

/** The folder with the pages of this version. */
export const pagesUrl = '${homepage}/blob/v${version}'
`
}

function withTable(markdown: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`]
  const from = markdown.indexOf(start)
  const to = markdown.indexOf(end)
  if (from === -1 && to === -1) return markdown
  if (from === -1 || to < from) throw new Error(`${name}: the markers ${start} and ${end} do not pair.`)
  return `${markdown.slice(0, from + start.length)}\n${content}\n${markdown.slice(to)}`
}

const troubles = 'docs/troubleshooting.md'
const wanted = new Map([['docs/inputs.md', inputsPage()]])
if (existsSync(troubles)) {
  wanted.set(troubles, withTable(readFileSync(troubles, 'utf8'), 'messages', messagesSection('src')))
}
if (existsSync('README.md')) {
  const action = readAction('')
  const readme = withTable(readFileSync('README.md', 'utf8'), 'inputs', inputTable(action))
  wanted.set('README.md', withTable(readme, 'outputs', outputTable(action)))
}

if (existsSync('package.json')) wanted.set('src/runtime/version.ts', versionFile())

const stale = [...wanted].filter(([file, content]) => !existsSync(file) || readFileSync(file, 'utf8') !== content)
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${file} is not current: run "npm run docs".`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  mkdirSync('docs', { recursive: true })
  for (const [file, content] of stale) writeFileSync(file, content)
  console.log(stale.length > 0 ? `Written: ${stale.map(([file]) => file).join(', ')}` : 'All current.')
}
