import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { loadVerifyInputs } from '../../src/inputs/verify'
import { setVerifyOutputs } from '../../src/report/verify-outputs'
import { recordingRuntime } from './recording-runtime'

const root = join(__dirname, '../..')
const described = { description: z.string().min(10) }
const action = z
  .strictObject({
    name: z.string(),
    description: z.string().max(125),
    author: z.string(),
    branding: z.strictObject({ icon: z.string(), color: z.string() }),
    inputs: z.record(
      z.string(),
      z.strictObject({ ...described, required: z.literal(true).optional(), default: z.string().optional() }),
    ),
    outputs: z.record(z.string(), z.strictObject(described)),
    runs: z.record(z.string(), z.string()),
  })
  .parse(parse(readFileSync(join(root, 'verify/action.yml'), 'utf8')))

const needed = { 's3-bucket': 'acme-backups', 's3-region': 'eu-central-1' }
const defaults = Object.fromEntries(
  Object.entries(action.inputs).flatMap(([name, input]) =>
    input.default === undefined ? [] : [[name, input.default]],
  ),
)

describe('verify/action.yml', () => {
  it('declares the inputs that a verification reads, and no others', () => {
    const runtime = recordingRuntime({ inputs: needed })
    const asked = new Set<string>()
    loadVerifyInputs(
      {
        mask: runtime.mask,
        input: name => {
          asked.add(name)
          return runtime.input(name)
        },
      },
      {},
    )
    expect([...asked].sort()).toEqual(Object.keys(action.inputs).sort())
  })

  it('gives the defaults that an empty input has, but for the prefix', () => {
    expect(defaults).toEqual({
      's3-prefix': 'running-backups',
      snapshot: 'latest',
      level: 'read',
      'drill-server': 'auto',
    })
    const { s3: _given, ...explicit } = loadVerifyInputs(
      recordingRuntime({ inputs: { ...defaults, ...needed } }),
      {},
    )
    const { s3: _empty, ...implicit } = loadVerifyInputs(recordingRuntime({ inputs: needed }), {})
    expect(explicit).toEqual(implicit)
  })

  it('marks what is required', () => {
    const marked = Object.entries(action.inputs).filter(([, input]) => input.required === true)
    expect(marked.map(([name]) => name)).toEqual(['s3-bucket'])
  })

  it('declares the outputs that a verification sets', () => {
    const runtime = recordingRuntime()
    const now = runtime.clock.now()
    const store = { bucket: 'acme', prefix: '' }
    setVerifyOutputs(runtime, {
      level: 'read',
      store,
      startedAt: now,
      finishedAt: now,
      points: [],
      warnings: [],
    })
    expect(Object.keys(action.outputs)).toEqual([...runtime.outputs.keys()])
  })

  it('says of its shared inputs what the backup says', () => {
    const backup = z
      .object({ inputs: z.record(z.string(), z.unknown()) })
      .parse(parse(readFileSync(join(root, 'action.yml'), 'utf8')))
    const shared = Object.entries(action.inputs).filter(([name]) => name.startsWith('s3-'))
    expect(shared).toHaveLength(8)
    for (const [name, input] of shared) expect({ [name]: input }).toEqual({ [name]: backup.inputs[name] })
  })

  it('runs its own launcher', () => {
    expect(action.runs).toEqual({ using: 'node24', main: '../dist/verify/index.js' })
  })
})
