import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { loadBackupInputs } from '../../src/inputs/backup'
import { loadAlarm } from '../../src/inputs/groups/network/alarm'
import { loadListInputs } from '../../src/inputs/list'
import type { Environment, InputReader } from '../../src/inputs/read'
import { loadRestoreInputs } from '../../src/inputs/restore'
import { loadVerifyInputs } from '../../src/inputs/verify'
import { setListOutputs } from '../../src/report/outputs/list-outputs'
import { setBackupOutputs } from '../../src/report/outputs/outputs'
import { setRestoreOutputs } from '../../src/report/outputs/restore-outputs'
import { setVerifyOutputs } from '../../src/report/outputs/verify-outputs'
import type { Runtime } from '../../src/runtime/runtime'
import type { S3Settings } from '../../src/store/s3/s3-settings'
import { recordingRuntime } from './recording-runtime'
import { aReport } from './report/a-report'

const root = join(__dirname, '../..')
const described = { description: z.string().min(10) }
const metadata = z.strictObject({
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

/** What an action promises, beside what its `action.yml` says. */
interface ActionContract {
  folder: '' | 'restore' | 'verify' | 'list'
  load: (read: InputReader, environment: Environment) => { s3: S3Settings }
  required: string[]
  /** The least that it runs with. */
  needed: Record<string, string>
  defaults: Record<string, string>
  outputs: string[]
  setOutputs: (runtime: Runtime) => void
  runs: Record<string, string>
}

const s3Needed = { 's3-bucket': 'acme-backups', 's3-region': 'eu-central-1' }
const sshNeeded = { 'ssh-host': 'web1.example.com', 'ssh-user': 'backup', 'ssh-password': 'correct horse' }

const aRun = {
  store: { bucket: 'acme-backups', prefix: 'running-backups' },
  startedAt: new Date('2026-11-23T13:05:02Z'),
  finishedAt: new Date('2026-11-23T13:06:40Z'),
  warnings: [],
}

/** What keeps the issue of an action reads its inputs apart from all others. */
function withAlarm(load: ActionContract['load']): ActionContract['load'] {
  return (read, environment) => {
    loadAlarm(read, environment)
    return load(read, environment)
  }
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: GitHub fills it in
const alarm = { 'issue-on-alarm': 'false', 'github-token': '${{ github.token }}' }

const contracts: ActionContract[] = [
  {
    folder: '',
    load: withAlarm(loadBackupInputs),
    required: ['ssh-host', 'ssh-user', 'ssh-known-hosts', 's3-bucket'],
    needed: { ...sshNeeded, ...s3Needed, databases: '*' },
    defaults: {
      'ssh-port': '22',
      's3-prefix': 'running-backups',
      'mirror-dir': '~/.make-a-backup/mirror',
      'compare-contents': 'weekly',
      'full-every': 'run',
      compression: 'gzip',
      rotation: 'hour-of-week',
      'status-page': 'true',
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
      ...alarm,
    },
    outputs: ['status', 'slot', 'manifest-key', 'artifacts', 'bytes', 'sent-bytes', 'duration-seconds', 'warnings'],
    setOutputs: runtime => setBackupOutputs(runtime, aReport()),
    runs: {
      using: 'node24',
      main: 'dist/backup/index.js',
      post: 'dist/backup/post.js',
      'post-if': 'always()',
    },
  },
  {
    folder: 'restore',
    load: loadRestoreInputs,
    required: ['ssh-host', 'ssh-user', 'ssh-known-hosts', 's3-bucket'],
    needed: { ...sshNeeded, ...s3Needed },
    defaults: {
      'ssh-port': '22',
      's3-prefix': 'running-backups',
      snapshot: 'latest',
      databases: '*',
      paths: '*',
      overwrite: 'false',
      'safety-backup': 'true',
      'accept-differences': 'false',
      'dry-run': 'false',
    },
    outputs: ['status', 'slot', 'taken-at', 'restored', 'differences', 'safety-backup-keys', 'duration-seconds'],
    setOutputs: runtime =>
      setRestoreOutputs(runtime, {
        ...{ result: 'restored', host: 'web1.example.com', ...aRun, items: [], safetyKeys: [] },
        ...{ hasBegun: true, phases: [] },
      }),
    runs: {
      using: 'node24',
      main: '../dist/restore/index.js',
      post: '../dist/restore/post.js',
      'post-if': 'always()',
    },
  },
  {
    folder: 'verify',
    load: withAlarm(loadVerifyInputs),
    required: ['s3-bucket'],
    needed: s3Needed,
    defaults: {
      's3-prefix': 'running-backups',
      snapshot: 'latest',
      level: 'read',
      'drill-server': 'auto',
      ...alarm,
    },
    outputs: ['status', 'verified', 'restore-seconds'],
    setOutputs: runtime => setVerifyOutputs(runtime, { ...aRun, level: 'read', points: [] }),
    runs: {
      using: 'node24',
      main: '../dist/verify/index.js',
      post: '../dist/verify/post.js',
      'post-if': 'always()',
    },
  },
  {
    folder: 'list',
    load: withAlarm(loadListInputs),
    required: ['s3-bucket'],
    needed: s3Needed,
    defaults: { 's3-prefix': 'running-backups', ...alarm },
    outputs: ['snapshots', 'latest', 'latest-age-seconds', 'count', 'servers', 'page', 'missing', 'due'],
    setOutputs: runtime =>
      setListOutputs(runtime, { ...aRun, now: aRun.finishedAt, areSignaturesRequired: false, points: [] }),
    runs: { using: 'node24', main: '../dist/list/index.js' },
  },
]

function actionOf(folder: string): z.infer<typeof metadata> {
  return metadata.parse(parse(readFileSync(join(root, folder, 'action.yml'), 'utf8')))
}

const backup = actionOf('')

describe.each(contracts.map(contract => ({ ...contract, file: join(contract.folder, 'action.yml') })))(
  '$file',
  ({ folder, load, needed, required, defaults, outputs, setOutputs, runs }) => {
    const action = actionOf(folder)

    it('declares the inputs that it reads, and no others', () => {
      const runtime = recordingRuntime({ inputs: needed })
      const asked = new Set<string>()
      load(
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
      const { s3: fromAction, ...explicit } = load(recordingRuntime({ inputs: { ...defaults, ...needed } }), {})
      const { s3: fromEmpty, ...implicit } = load(recordingRuntime({ inputs: needed }), {})
      const plain = (value: unknown) => JSON.parse(JSON.stringify(value))
      expect(plain(explicit)).toEqual(plain(implicit))
      expect([fromAction.prefix, fromEmpty.prefix]).toEqual(['running-backups', ''])
    })

    it('marks what is required', () => {
      const marked = Object.entries(action.inputs).filter(([, input]) => input.required === true)
      expect(marked.map(([name]) => name)).toEqual(required)
    })

    it('declares the outputs that it sets', () => {
      const runtime = recordingRuntime()
      setOutputs(runtime)
      expect(Object.keys(action.outputs)).toEqual(outputs)
      expect([...runtime.outputs.keys()]).toEqual(outputs)
    })

    it('says of the way to server, database and bucket what the backup says', () => {
      const shared = Object.entries(action.inputs).filter(([name]) => /^(ssh|mysql|s3)-/.test(name))
      expect(shared.length).toBeGreaterThanOrEqual(8)
      for (const [name, input] of shared) expect({ [name]: input }).toEqual({ [name]: backup.inputs[name] })
    })

    it('runs its own launcher, and cleans up behind itself where it leaves something', () => {
      expect(action.runs).toEqual(runs)
    })
  },
)

describe('script/docs', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'make-a-backup-docs-'))
    for (const { folder: action } of contracts) {
      mkdirSync(join(folder, action), { recursive: true })
      cpSync(join(root, action, 'action.yml'), join(folder, action, 'action.yml'))
    }
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const docs = (cwd: string, ...options: string[]) => {
    const tsx = join(root, 'node_modules/tsx/dist/loader.mjs')
    return spawnSync(process.execPath, ['--import', tsx, join(root, 'script/docs.ts'), ...options], {
      cwd,
      encoding: 'utf8',
    })
  }

  it('finds the pages of this repository current', () => {
    expect(docs(root, '--check')).toMatchObject({ status: 0, stderr: '' })
  })

  it('writes a page that names every input and output of every action', () => {
    expect(docs(folder, '--check')).toMatchObject({
      status: 1,
      stderr: 'docs/inputs.md is not current: run "npm run docs".\n',
    })
    expect(docs(folder)).toMatchObject({ status: 0, stdout: 'Written: docs/inputs.md\n' })
    const page = readFileSync(join(folder, 'docs/inputs.md'), 'utf8')
    const sections = page.split(/^## /m).slice(1)
    expect(sections).toHaveLength(contracts.length)
    for (const [index, { folder: of }] of contracts.entries()) {
      const { inputs, outputs } = actionOf(of)
      for (const name of [...Object.keys(inputs), ...Object.keys(outputs)]) {
        expect(sections[index]).toContain(`\n| \`${name}\` | `)
      }
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
      stderr: expect.stringContaining('the markers <!-- outputs:start --> and <!-- outputs:end --> do not pair'),
    })
  })
})
