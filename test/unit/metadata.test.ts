import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { loadBackupInputs } from '../../src/inputs/backup'
import { recordingRuntime } from './recording-runtime'

const root = join(__dirname, '../..')
const action = z
  .strictObject({
    name: z.string(),
    description: z.string().max(125),
    author: z.string(),
    branding: z.strictObject({ icon: z.string(), color: z.string() }),
    inputs: z.record(
      z.string(),
      z.strictObject({
        description: z.string().min(10),
        required: z.literal(true).optional(),
        default: z.string().optional(),
      }),
    ),
    outputs: z.record(z.string(), z.strictObject({ description: z.string().min(10) })),
    runs: z.record(z.string(), z.string()),
  })
  .parse(parse(readFileSync(join(root, 'action.yml'), 'utf8')))

const required = ['ssh-host', 'ssh-user', 'ssh-known-hosts', 's3-bucket']

const defaults = {
  'ssh-port': '22',
  's3-prefix': 'running-backups',
  'mirror-dir': '~/.make-a-backup/mirror',
  compression: 'gzip',
  rotation: 'hour-of-week',
  timezone: 'UTC',
  'keep-daily': '0',
  'keep-weekly': '0',
  'keep-monthly': '0',
  'keep-yearly': '0',
  'max-shrink': '50%',
  'accept-shrink': 'false',
  'adopt-prefix': 'false',
  'allow-empty': 'false',
  'dry-run': 'false',
}

const needed = {
  'ssh-host': 'web1.example.com',
  'ssh-user': 'backup',
  'ssh-password': 'correct horse',
  's3-bucket': 'acme-backups',
  's3-region': 'eu-central-1',
  databases: '*',
}

describe('action.yml', () => {
  it('declares the inputs that a backup reads, and no others', () => {
    const runtime = recordingRuntime({ inputs: needed })
    const asked = new Set<string>()
    loadBackupInputs(
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

  it('gives the documented defaults', () => {
    const given = Object.entries(action.inputs).flatMap(([name, input]) =>
      input.default === undefined ? [] : [[name, input.default]],
    )
    expect(Object.fromEntries(given)).toEqual(defaults)
  })

  it('gives the defaults that an empty input has, but for the prefix, where empty is the root of the bucket', () => {
    const { s3: fromAction, ...explicit } = loadBackupInputs(
      recordingRuntime({ inputs: { ...defaults, ...needed } }),
      {},
    )
    const { s3: fromEmpty, ...implicit } = loadBackupInputs(recordingRuntime({ inputs: needed }), {})
    const plain = (value: unknown) => JSON.parse(JSON.stringify(value))
    expect(plain(explicit)).toEqual(plain(implicit))
    expect([fromAction.prefix, fromEmpty.prefix]).toEqual(['running-backups', ''])
  })

  it('marks what is required', () => {
    const marked = Object.entries(action.inputs).filter(([, input]) => input.required === true)
    expect(marked.map(([name]) => name)).toEqual(required)
  })

  it('declares the outputs', () => {
    expect(Object.keys(action.outputs)).toEqual([
      'status',
      'slot',
      'manifest-key',
      'artifacts',
      'bytes',
      'duration-seconds',
      'warnings',
    ])
  })

  it('runs the backup and cleans up after it, also when it was cancelled', () => {
    expect(action.runs).toEqual({
      using: 'node24',
      main: 'dist/backup/index.js',
      post: 'dist/backup/post.js',
      'post-if': 'always()',
    })
  })
})

describe('script/docs', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'make-a-backup-docs-'))
    cpSync(join(root, 'action.yml'), join(folder, 'action.yml'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const docs = (cwd: string, ...options: string[]) => {
    const tsx = join(root, 'node_modules/tsx/dist/cli.mjs')
    return spawnSync(process.execPath, [tsx, join(root, 'script/docs.ts'), ...options], {
      cwd,
      encoding: 'utf8',
    })
  }

  it('finds the pages of this repository current', () => {
    expect(docs(root, '--check')).toMatchObject({ status: 0, stderr: '' })
  })

  it('writes a page that names every input and output', () => {
    expect(docs(folder, '--check')).toMatchObject({
      status: 1,
      stderr: 'docs/inputs.md is not current: run "npm run docs".\n',
    })
    expect(docs(folder)).toMatchObject({ status: 0, stdout: 'Written: docs/inputs.md\n' })
    const page = readFileSync(join(folder, 'docs/inputs.md'), 'utf8')
    for (const name of [...Object.keys(action.inputs), ...Object.keys(action.outputs)]) {
      expect(page).toContain(`\n| \`${name}\` | `)
    }
    expect(docs(folder, '--check').status).toBe(0)
  })

  it('fills the tables of a README between their markers, and nothing else', () => {
    const readme = join(folder, 'README.md')
    writeFileSync(readme, 'Before\n<!-- inputs:start -->\nold\n<!-- inputs:end -->\nAfter\n')
    expect(docs(folder).status).toBe(0)
    const lines = readFileSync(readme, 'utf8').split('\n')
    expect(lines.slice(0, 3)).toEqual(['Before', '<!-- inputs:start -->', '| input | default | meaning |'])
    expect(lines.slice(-3)).toEqual(['<!-- inputs:end -->', 'After', ''])
    expect(lines).not.toContain('old')
    writeFileSync(readme, 'Without tables\n')
    expect(docs(folder, '--check').status).toBe(0)
  })

  it('refuses markers that do not pair', () => {
    writeFileSync(join(folder, 'README.md'), '<!-- outputs:start -->\n')
    expect(docs(folder, '--check')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        'the markers <!-- outputs:start --> and <!-- outputs:end --> do not pair',
      ),
    })
  })
})
