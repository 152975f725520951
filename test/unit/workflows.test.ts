import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const root = join(__dirname, '../..')
const yamlIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter(name => name.endsWith('.yml'))
    .map(name => `${folder}/${name}`)
const own = yamlIn('.github/workflows')
const all = [...own, ...yamlIn('examples'), 'README.md']

const read = (file: string) => readFileSync(join(root, file), 'utf8')

const dispatchInput = z.object({ type: z.string().optional(), default: z.unknown().optional() })

const workflow = z.object({
  on: z.object({
    workflow_dispatch: z.object({ inputs: z.record(z.string(), dispatchInput).default({}) }).nullish(),
  }),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      steps: z.array(
        z.object({
          uses: z.string().optional(),
          with: z.record(z.string(), z.unknown()).optional(),
          run: z.string().optional(),
        }),
      ),
    }),
  ),
})

describe.each(all)('%s', file => {
  it('names the actions of others by their commit, with the version beside it', () => {
    const used = [...read(file).matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, action = '']) => action)
    const foreign = used.filter(action => !action.startsWith('OWNER/make-a-backup'))
    expect(foreign.filter(action => !/^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([])
  })
})

describe.each([...own, ...yamlIn('examples')])('%s', file => {
  const { permissions, jobs } = workflow.parse(parse(read(file)))
  const steps = Object.values(jobs).flatMap(job => job.steps)

  it('has no right to write by default but the one to say who it is', () => {
    const rights = Object.entries(permissions).filter(([, right]) => right === 'write')
    expect(rights.map(([scope]) => scope).filter(scope => scope !== 'id-token')).toEqual([])
  })

  it('leaves no token behind for later steps', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts.filter(({ with: inputs }) => inputs?.['persist-credentials'] !== false)).toEqual([])
  })

  it('puts no expression into a command', () => {
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([])
  })
})

/** What one sets for a single run, by action. */
const once: Readonly<Record<string, readonly string[]>> = {
  'OWNER/make-a-backup@v1': ['dry-run', 'accept-shrink', 'adopt-prefix'],
  'OWNER/make-a-backup/restore@v1': ['dry-run', 'overwrite'],
}

/** The first whole workflow of the README. */
const [, quickStart = ''] = /```yaml\n(name: [\s\S]*?)```/.exec(read('README.md')) ?? []

const toCopy = [
  { file: 'README.md', text: quickStart },
  ...yamlIn('examples').map(file => ({ file, text: read(file) })),
].map(({ file, text }) => ({ file, ...workflow.parse(parse(text)) }))

describe.each(toCopy)('$file', ({ on, jobs }) => {
  const used = Object.values(jobs)
    .flatMap(({ steps }) => steps)
    .flatMap(({ uses = '', with: inputs = {} }) =>
      (once[uses] ?? []).map(name => ({ name, value: inputs[name], asked: on.workflow_dispatch?.inputs[name] })),
    )

  it('asks for what is set for a single run where the run is started, so that no commit is needed', () => {
    const expected = used.map(({ name }) => ({
      name,
      value: `\${{ inputs.${name} || false }}`,
      asked: expect.objectContaining({ type: 'boolean' }),
    }))
    expect(used).toEqual(expected)
  })

  it('changes nothing by a press of the button alone', () => {
    const harmful = used.filter(({ name, asked }) => name !== 'dry-run' && asked?.default !== false)
    expect(harmful).toEqual([])
  })
})
