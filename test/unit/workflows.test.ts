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

const workflow = z.object({
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
