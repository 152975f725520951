import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { checkDump } from '../../src/checks/dump-check'
import { loadBackupInputs } from '../../src/inputs/backup'
import { parseManifest, serializeManifest } from '../../src/snapshot/manifest-codec'
import { mysqlDump, table } from './checks/dumps'
import { recordingRuntime } from './recording-runtime'

const root = join(__dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder))
    .filter(name => name.endsWith(ending))
    .map(name => join(folder, name))
    .sort()

const pages = [
  ...filesIn('.', '.md'),
  ...filesIn('docs', '.md'),
  ...filesIn('docs/adr', '.md'),
  'src/README.md',
]
const examples = filesIn('examples', '.yml')

interface Block {
  language: string
  text: string
}

/** The fenced blocks of a page. */
function blocksOf(page: string): Block[] {
  return [...read(page).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }))
}

/** A page without its fenced blocks. */
function proseOf(page: string): string {
  return read(page).replace(/^```[\s\S]*?^```$/gm, '')
}

// ---------------------------------------------------------------- workflows

const action = z
  .object({
    inputs: z.record(
      z.string(),
      z.object({ required: z.boolean().optional(), default: z.string().optional() }),
    ),
  })
  .parse(parse(read('action.yml')))

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const step = z.object({ uses: z.string().optional(), with: z.record(z.string(), scalar).optional() })
const job = z.object({
  'timeout-minutes': z.number().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  concurrency: z.object({ group: z.string(), 'cancel-in-progress': z.literal(false) }).optional(),
  strategy: z.object({ matrix: z.object({ include: z.array(z.record(z.string(), scalar)) }) }).optional(),
  steps: z.array(step),
})
const workflow = z.object({
  on: z
    .object({ schedule: z.array(z.object({ cron: z.string() })), workflow_dispatch: z.unknown() })
    .optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  concurrency: job.shape.concurrency,
  jobs: z.record(z.string(), job),
})

/** Every workflow that a reader may copy: the examples, and the blocks of the pages that use the action. */
const workflows = [
  ...examples.map(path => ({ where: path, isWhole: true, ...workflow.parse(parse(read(path))) })),
  ...pages.flatMap(page =>
    blocksOf(page)
      .filter(({ language, text }) => language === 'yaml' && text.includes('/make-a-backup@'))
      .map(({ text }, index) => ({
        where: `${page}, block ${index + 1}`,
        isWhole: text.startsWith('name:'),
        ...workflow.parse(parse(text)),
      })),
  ),
]

const { privateKey } = generateKeyPairSync('ed25519')
const harmless: Readonly<Record<string, string>> = {
  'ssh-key': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  'ssh-known-hosts': 'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8',
}

/** Each use of the action with the values of its inputs, once for each row of its matrix. */
const uses = workflows.flatMap(({ where, jobs }) =>
  Object.values(jobs).flatMap(({ steps, strategy }) =>
    (strategy?.matrix.include ?? [{}]).flatMap(row =>
      steps
        .filter(({ uses = '' }) => uses.startsWith('OWNER/make-a-backup@'))
        .map(({ with: inputs = {} }, index) => ({
          where: `${where}, use ${index + 1}${row['name'] === undefined ? '' : `, ${row['name']}`}`,
          inputs: Object.fromEntries(
            Object.entries(inputs).map(([name, value]) => [name, filledIn(name, value, row)]),
          ),
          region: steps.find(({ uses = '' }) => uses.startsWith('aws-actions/configure-aws-credentials@'))
            ?.with?.['aws-region'],
        })),
    ),
  ),
)

/** A value as the runner would pass it: expressions over the matrix are its values, all others something harmless. */
function filledIn(name: string, value: string, row: Readonly<Record<string, string>>): string {
  return value.replace(/\$\{\{ *([\w.-]+) *\}\}/g, (_, expression: string) => {
    if (!expression.startsWith('matrix.')) return harmless[name] ?? 'harmless-value'
    const found = row[expression.slice('matrix.'.length)]
    if (found === undefined) throw new Error(`${name}: the matrix has no ${expression}.`)
    return found
  })
}

describe('the workflows in examples/ and in the pages', () => {
  it('are there', () => {
    expect(examples.map(path => basename(path))).toEqual([
      'daily-verify.yml',
      'fleet.yml',
      'hourly-backup.yml',
      'oidc.yml',
      'other-stores.yml',
    ])
    expect(workflows.filter(({ where }) => where.startsWith('README.md'))).toHaveLength(2)
  })

  it.each(uses)('use inputs that action.yml has: $where', ({ inputs }) => {
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)))
  })

  it.each(uses)('give every required input: $where', ({ inputs }) => {
    const required = Object.entries(action.inputs).filter(([, input]) => input.required)
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(required.map(([name]) => name)))
  })

  it.each(uses)('have values that the action takes: $where', ({ inputs, region }) => {
    const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? ''])
    const runtime = recordingRuntime({ inputs: { ...Object.fromEntries(defaults), ...inputs } })
    const loaded = loadBackupInputs(runtime, region === undefined ? {} : { AWS_REGION: region })
    expect(loaded.databases.length + loaded.files.paths.length).toBeGreaterThan(0)
    expect(loaded.ssh.hostKeys.count).toBe(1)
  })

  it.each(workflows)('have a limit of time for every job: $where', ({ jobs }) => {
    for (const { 'timeout-minutes': minutes } of Object.values(jobs)) expect(minutes).toBeLessThan(60)
  })

  it.each(workflows.filter(({ isWhole }) => isWhole))(
    'run at an odd minute, alone, and with no permission that they do not need: $where',
    ({ on, permissions, concurrency, jobs }) => {
      for (const { cron } of on?.schedule ?? []) expect(Number(cron.split(' ')[0]) % 5).not.toBe(0)
      expect(on?.schedule).toHaveLength(1)
      expect(on).toHaveProperty('workflow_dispatch')
      expect(Object.keys(permissions ?? { missing: '' }).filter(name => name !== 'id-token')).toEqual([])
      for (const each of Object.values(jobs)) expect(each.concurrency ?? concurrency).toBeDefined()
    },
  )

  it('give each server of a fleet a prefix of its own', () => {
    const fleet = uses.filter(({ where }) => where.startsWith('examples/fleet.yml'))
    expect(fleet.length).toBeGreaterThan(1)
    expect(new Set(fleet.map(({ inputs }) => inputs['s3-prefix'])).size).toBe(fleet.length)
  })
})

// ---------------------------------------------------------------- links

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('the pages', () => {
  it.each(pages)('have no link that leads nowhere: %s', page => {
    const targets = [...proseOf(page).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target)
    const broken = targets
      .filter(target => !/^[a-z]+:/.test(target))
      .filter(target => {
        const [path = '', anchor] = target.split('#')
        const file = path === '' ? page : relative(root, join(root, dirname(page), path))
        if (!existsSync(join(root, file))) return true
        return anchor !== undefined && !anchorsOf(file).includes(anchor)
      })
    expect(broken).toEqual([])
  })

  it('are all reached from the README, and the decisions from their list', () => {
    const linked = (page: string) => (name: string) => read(page).includes(`](${name})`)
    const docs = filesIn('docs', '.md')
    const decisions = filesIn('docs/adr', '.md')
      .map(path => basename(path))
      .filter(name => name !== 'README.md')
    expect(docs.filter(linked('README.md'))).toEqual(docs)
    expect(decisions.filter(linked('docs/adr/README.md'))).toEqual(decisions)
  })

  it.each(pages)('hold JSON that is JSON: %s', page => {
    for (const { language, text } of blocksOf(page)) if (language === 'json') JSON.parse(text)
  })

  it.each(pages)('hold shell commands that a shell can read: %s', page => {
    for (const { language, text } of blocksOf(page)) {
      if (language === 'sh') execFileSync('sh', ['-n'], { input: text })
    }
  })
})

// ---------------------------------------------------------------- error messages

/** The text of every source file, as its messages read: quotes without their backslashes. */
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => read(join('src', name)).replace(/\\(['"`])/g, '$1'))

/** Whether a message occurs in one source file; `…` stands for what is filled in. */
function occurs(message: string): boolean {
  const literals = message.split('…').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(literals.join('[^\\n]{0,120}?'))
  return sources.some(source => pattern.test(source))
}

describe('docs/troubleshooting.md', () => {
  const headings = [...proseOf('docs/troubleshooting.md').matchAll(/^### (.+)$/gm)].map(
    ([, heading = '']) => heading,
  )
  const quoted = headings.flatMap(heading => [...heading.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text))

  it('has only headings that quote messages', () => {
    expect(headings.filter(heading => !/^`[^`]+`(, `[^`]+`)*$/.test(heading))).toEqual([])
    expect(quoted.filter(message => message.replaceAll('…', '').length < 12)).toEqual([])
  })

  it.each(quoted)('quotes a message that the program has: %s', message => {
    expect(occurs(message)).toBe(true)
  })

  it('would notice a message that the program does not have', () => {
    expect(occurs('The moon is in the way of …')).toBe(false)
  })

  it('names every code of a warning', () => {
    const codes = new Set(
      sources.flatMap(source =>
        [...source.matchAll(/\bcode: '([a-z]+(?:-[a-z]+)+)'/g)].map(([, code = '']) => code),
      ),
    )
    // Of the output alone, which holds fewer warnings then than there are.
    codes.delete('more-warnings')
    expect(codes.size).toBeGreaterThan(8)
    const page = read('docs/troubleshooting.md')
    expect([...codes].filter(code => !page.includes(`\`${code}\``))).toEqual([])
  })
})

// ---------------------------------------------------------------- the format

describe('docs/format.md', () => {
  const page = 'docs/format.md'
  const [example] = blocksOf(page).filter(({ language }) => language === 'json')
  const text = example?.text ?? ''

  it('shows a manifest to the letter', () => {
    expect(serializeManifest(parseManifest(text, 'the example'))).toBe(text)
  })

  it('explains every field of it', () => {
    const prose = proseOf(page)
    const fields = new Set<string>()
    JSON.stringify(JSON.parse(text), (field, value) => {
      if (/\D/.test(field)) fields.add(field)
      return value
    })
    const explained = (field: string) => new RegExp(`\`(\\w+\\.)?${field}(\\.\\w+)?\``).test(prose)
    expect(fields.size).toBeGreaterThan(40)
    expect([...fields].filter(field => !explained(field))).toEqual([])
  })

  it('has a shell function that computes the fingerprints of tables', () => {
    const shell = blocksOf(page).find(each => each.text.includes('fingerprint()'))?.text ?? ''
    const definition = shell.split('\n')[0] ?? ''
    const rows = [
      "INSERT INTO `orders` VALUES (1,'a;b');\nINSERT INTO `orders` VALUES\n(2,'(c);'),\n(3,'d\\n);');\n",
      "INSERT INTO `orders_old` VALUES (9,'INSERT INTO `orders` VALUES (1);');\n",
    ]
    const dump = mysqlDump(`${table('orders')}${rows[0]}${table('orders_old')}${rows[1]}${table('none')}`)
    const check = checkDump()
    check.write(Buffer.from(dump))
    const { tables } = check.finish()
    expect(tables.map(({ name }) => name)).toEqual(['orders', 'orders_old', 'none'])
    for (const { name, sha256 } of tables) {
      const computed = execFileSync('sh', ['-c', `${definition}\nfingerprint "$1"`, 'sh', name], {
        input: dump,
      })
      expect(computed.toString().slice(0, 64)).toBe(sha256)
    }
  })
})
