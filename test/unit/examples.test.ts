import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { isSystemPlace } from '../../src/sources/files/target/system-places'

const root = join(__dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const workflow = z.object({
  on: z.object({
    workflow_dispatch: z
      .object({ inputs: z.record(z.string(), z.object({ options: z.array(z.string()).default([]) })).default({}) })
      .nullish(),
  }),
  jobs: z.record(
    z.string(),
    z.object({
      environment: z.string().optional(),
      strategy: z.object({ matrix: z.object({ include: z.array(z.record(z.string(), scalar)) }) }).optional(),
      steps: z.array(z.object({ uses: z.string().optional(), with: z.record(z.string(), scalar).optional() })),
    }),
  ),
})

/** One use of an action in a workflow to copy. Expressions over the matrix are filled in, others are as written. */
interface Use {
  file: string
  /** '' for the backup. */
  action: string
  environment: string | undefined
  inputs: Readonly<Record<string, string>>
  /** What the one who starts it may choose from, by input of the workflow. */
  options: Readonly<Record<string, readonly string[]>>
}

function usesIn(file: string, text: string): Use[] {
  const { on, jobs } = workflow.parse(parse(text))
  const asked = Object.entries(on.workflow_dispatch?.inputs ?? {})
  const options = Object.fromEntries(asked.map(([name, input]) => [name, input.options]))
  return Object.values(jobs).flatMap(({ steps, strategy, environment }) =>
    (strategy?.matrix.include ?? [{}]).flatMap(row => {
      const filled = (value: string) =>
        value.replace(/\$\{\{ *matrix\.(\w+) *\}\}/g, (_, name: string) => row[name] ?? `no ${name} in the matrix`)
      const region = steps.find(({ uses }) => uses?.startsWith('aws-actions/'))?.with?.['aws-region']
      return steps.flatMap(({ uses = '', with: inputs = {} }) => {
        const [, action] = /^OWNER\/make-a-backup\/?(\w*)@/.exec(uses) ?? []
        if (action === undefined) return []
        const own = Object.entries(inputs).map(([name, value]) => [name, filled(value)])
        return {
          ...{ file, action, options, environment: environment && filled(environment) },
          inputs: { ...(region === undefined ? {} : { 's3-region': region }), ...Object.fromEntries(own) },
        }
      })
    }),
  )
}

const [, quickStart = ''] = /```yaml\n(name: [\s\S]*?)```/.exec(read('README.md')) ?? []
const uses = [
  ...usesIn('README.md', quickStart),
  ...readdirSync(join(root, 'examples')).flatMap(name => usesIn(name, read(`examples/${name}`))),
]
const of = (file: string) => uses.filter(use => use.file === file)
const listOf = (value = '') => value.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#'))

/** Where recovery points are, and with which keys. */
const place = ({ inputs }: Use) =>
  Object.fromEntries(
    Object.entries(inputs).filter(([name]) => /^s3-(bucket|prefix|region|endpoint|.*key.*)$/.test(name)),
  )

/** Those that store to AWS with keys: what the examples for the bad day are written for. */
const backups = [...of('README.md'), ...of('hourly-backup.yml')]
const [restore] = of('restore.yml')

describe('examples/restore.yml', () => {
  if (restore === undefined) throw new Error('It does not use the action.')

  it.each(backups)('reads where $file stores, and knows its host', backup => {
    expect(place(restore)).toEqual(place(backup))
    expect(restore.inputs['ssh-known-hosts']).toBe(backup.inputs['ssh-known-hosts'])
    expect(restore.options['ssh-host']).toContain(backup.inputs['ssh-host'])
  })

  it.each(backups)('restores what $file stores, without another input to find on the bad day', backup => {
    const stored = { paths: listOf(backup.inputs['paths']), databases: listOf(backup.inputs['databases']) }
    for (const [input, kept] of Object.entries(stored)) {
      const wanted = listOf(restore.inputs[input])
      if (wanted.length === 1 && wanted[0] === '*') continue
      expect(wanted.map(item => item.split('=')[0]).filter(item => !kept.includes(item ?? ''))).toEqual([])
    }
    const needsItsName = stored.paths.filter(isSystemPlace)
    expect(listOf(restore.inputs['paths'])).toEqual(expect.arrayContaining(needsItsName))
  })

  it('logs in with another key than any backup', () => {
    const keys = uses.filter(({ action }) => action === '').map(({ inputs }) => inputs['ssh-key'])
    expect(keys).not.toContain(restore.inputs['ssh-key'])
  })
})

describe.each(['daily-verify.yml', 'freshness.yml'])('examples/%s', file => {
  it.each(backups)('looks where $file stores', backup => {
    expect(of(file).map(place)).toEqual(of(file).map(() => place(backup)))
  })

  it('believes the same keys as the restore', () => {
    for (const { inputs } of of(file)) expect(inputs['signed-by']).toBe(restore?.inputs['signed-by'])
  })
})

describe('examples/fleet-verify.yml', () => {
  it('looks where fleet.yml stores, server by server, with the keys of that server', () => {
    const fleet = of('fleet.yml').map(use => [use.environment, place(use)])
    const looked = (action: string) =>
      of('fleet-verify.yml')
        .filter(use => use.action === action)
        .map(use => [use.environment, place(use)])
    expect(fleet.length).toBeGreaterThan(1)
    expect(looked('list')).toEqual(fleet)
    expect(looked('verify')).toEqual(fleet)
  })
})

describe.each(['oidc.yml', 'other-stores.yml'])('examples/%s', file => {
  it('stores what the README stores, and differs in the place alone', () => {
    const [use] = of(file)
    const [known] = of('README.md')
    const what = (inputs: Use['inputs'] = {}) =>
      Object.fromEntries(Object.entries(inputs).filter(([name]) => !/^s3-|^exclude$/.test(name)))
    expect(what(use?.inputs)).toEqual(what(known?.inputs))
  })
})
