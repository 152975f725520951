import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { loadBackupInputs } from '../../src/inputs/backup'
import { loadListInputs } from '../../src/inputs/list'
import type { Environment, InputReader } from '../../src/inputs/read'
import { loadRestoreInputs } from '../../src/inputs/restore'
import { loadVerifyInputs } from '../../src/inputs/verify'
import { parseManifest, serializeManifest } from '../../src/repository/manifest/manifest-codec'
import { parseProof, serializeProof } from '../../src/repository/manifest/proof'
import { checkDump } from '../../src/sources/mysql/check/dump-check'
import { recordingRuntime } from './recording-runtime'
import { mysqlDump, table } from './sources/mysql/dumps'

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
  ...['restore', 'verify', 'list'].map(action => `${action}/README.md`),
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

const metadata = z.object({
  inputs: z.record(z.string(), z.object({ required: z.boolean().optional(), default: z.string().optional() })),
})

/**
 * What an action says of its inputs, and how it reads them; `check` holds what a workflow that makes sense has besides.
 */
interface ReadAction extends z.infer<typeof metadata> {
  folder: string
  check: (read: InputReader, environment: Environment) => void
}

const loaders: Readonly<Record<string, ReadAction['check']>> = {
  '': (read, environment) => {
    const { databases, files, ssh } = loadBackupInputs(read, environment)
    expect(databases.length + files.paths.length).toBeGreaterThan(0)
    expect(ssh.hostKeys.count).toBe(1)
  },
  restore: (read, environment) => {
    expect(loadRestoreInputs(read, environment).ssh.hostKeys.count).toBe(1)
  },
  verify: (read, environment) => void loadVerifyInputs(read, environment),
  list: (read, environment) => void loadListInputs(read, environment),
}

const actions: ReadAction[] = Object.entries(loaders).map(([folder, check]) => ({
  ...{ folder, check },
  ...metadata.parse(parse(read(join(folder, 'action.yml')))),
}))

/** The action that a step uses; undefined where it is none of ours. Throws when it is one that there is not. */
function actionUsed(uses: string): ReadAction | undefined {
  const [, folder = ''] = /^OWNER\/make-a-backup(?:\/([^@]+))?@/.exec(uses) ?? []
  if (!uses.startsWith('OWNER/make-a-backup')) return undefined
  const found = actions.find(action => action.folder === folder && uses.includes('@'))
  if (found === undefined) throw new Error(`There is no action ${uses}.`)
  return found
}

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
    .object({
      schedule: z.array(z.object({ cron: z.string() })).default([]),
      workflow_dispatch: z
        .object({ inputs: z.record(z.string(), z.object({ default: scalar.optional() })).default({}) })
        .nullable(),
    })
    .optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  concurrency: job.shape.concurrency,
  jobs: z.record(z.string(), job),
})

/** A block that begins with a step, as the pages of the actions have it, within the least of a workflow. */
function workflowIn(text: string): z.infer<typeof workflow> {
  const parsed: unknown = parse(text)
  const job = { 'timeout-minutes': 50, steps: parsed }
  return workflow.parse(Array.isArray(parsed) ? { jobs: { block: job } } : parsed)
}

/** Every workflow that a reader may copy: the examples, and the blocks of the pages that use an action. */
const workflows = [
  ...examples.map(path => ({ where: path, isWhole: true, ...workflow.parse(parse(read(path))) })),
  ...pages.flatMap(page =>
    blocksOf(page)
      .filter(({ language, text }) => language === 'yaml' && text.includes('OWNER/make-a-backup'))
      .map(({ text }, index) => ({
        where: `${page}, block ${index + 1}`,
        isWhole: text.startsWith('name:'),
        ...workflowIn(text),
      })),
  ),
]

const { privateKey } = generateKeyPairSync('ed25519')
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const harmless: Readonly<Record<string, string>> = {
  ...{ 'ssh-key': pem, 'signing-key': pem },
  'decryption-key': pem,
  'signed-by': 'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8',
  'ssh-known-hosts': 'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8',
}

/** Each use of an action with the values of its inputs, once for each row of its matrix and each way to start it. */
const uses = workflows.flatMap(({ where, on, jobs }) =>
  Object.values(jobs).flatMap(({ steps, strategy }) =>
    (strategy?.matrix.include ?? [{}]).flatMap(row =>
      startsOf(on).flatMap(started =>
        steps.flatMap(({ uses: used = '', with: inputs = {} }, index) => {
          const action = actionUsed(used)
          if (action === undefined) return []
          const values = Object.entries(inputs).map(([name, value]) => [
            name,
            filledIn(name, value, { row, inputs: started.inputs }),
          ])
          const name = row['name'] === undefined ? '' : `, ${row['name']}`
          return [
            {
              where: `${where}, step ${index + 1}${name}, started by ${started.by}`,
              ...{ action, inputs: Object.fromEntries(values) },
              region: steps.find(({ uses = '' }) => uses.startsWith('aws-actions/configure-aws-credentials@'))?.with?.[
                'aws-region'
              ],
            },
          ]
        }),
      ),
    ),
  ),
)

interface Start {
  by: string
  /** Of the workflow itself. A schedule gives none. */
  inputs: Readonly<Record<string, string>>
}

/** Ways to start a workflow that may make a difference. */
function startsOf(on: z.infer<typeof workflow>['on']): Start[] {
  const asked = Object.entries(on?.workflow_dispatch?.inputs ?? {})
  const byHand = asked.map(([name, input]) => [name, input.default ?? harmless[name] ?? 'harmless-value'])
  if (asked.length === 0) return [{ by: 'anything', inputs: {} }]
  const schedule = on?.schedule.length === 0 ? [] : [{ by: 'its schedule', inputs: {} }]
  return [...schedule, { by: 'hand', inputs: Object.fromEntries(byHand) }]
}

/**
 * A value as the runner would pass it: expressions over the matrix are its values, those over inputs what they were
 * started with, all others something harmless.
 */
function filledIn(
  name: string,
  value: string,
  { row, inputs }: { row: Start['inputs'] } & Pick<Start, 'inputs'>,
): string {
  return value.replace(/\$\{\{ *([\w.-]+)(?: \|\| '?([^' }]*)'?)? *\}\}/g, (_, expression: string, otherwise = '') => {
    const [, context = '', field = ''] = /^(\w+)\.(.*)$/.exec(expression) ?? []
    if (context === 'inputs') return inputs[field] || otherwise
    if (context !== 'matrix') return harmless[name] ?? 'harmless-value'
    const found = row[field]
    if (found === undefined) throw new Error(`${name}: the matrix has no ${expression}.`)
    return found
  })
}

describe('the workflows in examples/ and in the pages', () => {
  it('are there', () => {
    expect(examples.map(path => basename(path))).toEqual([
      'daily-verify.yml',
      'fleet-verify.yml',
      'fleet.yml',
      'freshness.yml',
      'hourly-backup.yml',
      'oidc.yml',
      'other-stores.yml',
      'pages.yml',
      'restore.yml',
    ])
    expect(new Set(uses.map(({ action }) => action.folder))).toEqual(new Set(actions.map(({ folder }) => folder)))
    expect(workflows.filter(({ where }) => where.startsWith('README.md'))).toHaveLength(1)
  })

  it.each(uses)('use inputs that the action has: $where', ({ action, inputs }) => {
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)))
  })

  it.each(uses)('give every required input: $where', ({ action, inputs }) => {
    const required = Object.entries(action.inputs).filter(([, input]) => input.required)
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(required.map(([name]) => name)))
  })

  it.each(uses)('have values that the action takes: $where', ({ action, inputs, region }) => {
    const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? ''])
    const runtime = recordingRuntime({ inputs: { ...Object.fromEntries(defaults), ...inputs } })
    action.check(runtime, region === undefined ? {} : { AWS_REGION: region })
  })

  const isRestore = ({ jobs }: z.infer<typeof workflow>): boolean =>
    Object.values(jobs).some(({ steps }) =>
      steps.some(({ uses = '' }) => uses.startsWith('OWNER/make-a-backup/restore@')),
    )

  it.each(workflows)('have a limit of time for every job: $where', each => {
    // What a schedule starts every hour must be over by then; GitHub itself ends a job after six.
    const limit = isRestore(each) ? 360 : 60
    for (const { 'timeout-minutes': minutes } of Object.values(each.jobs)) expect(minutes).toBeLessThan(limit)
  })

  it.each(workflows.filter(({ isWhole }) => isWhole))(
    'run at an odd minute, alone, and with no permission that they do not need: $where',
    each => {
      const { on, permissions, concurrency, jobs } = each
      const schedule = on?.schedule ?? []
      for (const { cron } of schedule) expect(Number(cron.split(' ')[0]) % 5).not.toBe(0)
      // Only a person starts a restore.
      expect(schedule).toHaveLength(isRestore(each) ? 0 : 1)
      expect(on).toHaveProperty('workflow_dispatch')
      expect(Object.keys(permissions ?? { missing: '' }).filter(name => name !== 'id-token')).toEqual([])
      for (const each of Object.values(jobs)) expect(each.concurrency ?? concurrency).toBeDefined()
    },
  )

  const isFleet = ({ where }: { where: string }): boolean => where.startsWith('examples/fleet')
  const prefixOf = ({ action, inputs }: (typeof uses)[number]): string =>
    inputs['s3-prefix'] ?? action.inputs['s3-prefix']?.default ?? ''

  it('give each server of a fleet a prefix of its own, and look after just these', () => {
    // Once each, however they are started.
    const fleet = uses.filter(each => isFleet(each) && !each.where.endsWith('started by its schedule'))
    const prefixesOf = (folder: string) => fleet.filter(each => each.action.folder === folder).map(prefixOf)
    const backedUp = prefixesOf('')
    expect(backedUp.length).toBeGreaterThan(1)
    expect(new Set(backedUp).size).toBe(backedUp.length)
    expect(prefixesOf('list')).toEqual(backedUp)
    expect(prefixesOf('verify')).toEqual(backedUp)
  })

  const [policy = ''] = blocksOf('README.md').flatMap(({ language, text }) => (language === 'json' ? [text] : []))
  const allowed = /"arn:aws:s3:::([^/"]+)\/([^"]*)\/\*"/.exec(policy)?.slice(1)

  it.each(uses.filter(each => !isFleet(each)))('have one bucket and one prefix, those of the policy: $where', use => {
    expect([use.inputs['s3-bucket'], prefixOf(use)]).toEqual(allowed)
  })

  it.each(uses.filter(isFleet))('have a bucket and a prefix that the policy allows: $where', use => {
    const [bucket = '', prefix = ''] = allowed ?? []
    expect(use.inputs['s3-bucket']).toBe(bucket)
    expect(prefixOf(use).startsWith(`${prefix}/`)).toBe(true)
  })

  it.each(uses.filter(({ inputs }) => inputs['s3-endpoint'] === undefined))(
    'have one region: $where',
    ({ inputs, region }) => expect(inputs['s3-region'] ?? region).toBe('eu-central-1'),
  )

  it.each([...examples, ...pages])('use no secret and no variable that the reader was not told to make: %s', path => {
    const told = read('README.md') + read('docs/without-installing.md')
    const made = [...told.matchAll(/^\| (`[A-Z].*) \| (secret|variable)s? \|/gm)].flatMap(([, names = '', kind = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => `${kind === 'secret' ? 'secrets' : 'vars'}.${name}`),
    )
    const used = [...read(path).matchAll(/\$\{\{ *((?:secrets|vars)\.\w+) *\}\}/g)].map(([, name]) => name)
    expect(made.length).toBeGreaterThan(4)
    expect(used.filter(name => !made.includes(name ?? ''))).toEqual([])
  })

  it('need at most ten lines that a person types or pastes into a shell, until the first backup runs', () => {
    const [, quickStart = ''] = /^## Quick start$(.*?)^### 5/ms.exec(read('README.md')) ?? []
    const typed = [...quickStart.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.trim().split('\n'))
    expect(typed.join('\n')).toMatch(/ssh-keygen[\s\S]*server\.sh install/)
    expect(typed.length).toBeLessThanOrEqual(10)
  })

  it('have the sum of the program that people fetch, and the release has that file', () => {
    const release = read('.github/workflows/release.yml')
    expect(release).toMatch(/needs: build[\s\S]*release-files release\n[\s\S]*gh release create .* release\/\*\n/)
    expect(read('README.md')).toMatch(
      /curl -fsSLO https:\/\/github\.com\/\S+\/releases\/download\/v\d+\.\d+\.\d+\/server\.sh\n/,
    )
    const sum = createHash('sha256')
      .update(readFileSync(join(root, 'dist/server.sh')))
      .digest('hex')
    expect(read('README.md')).toContain(`echo '${sum}  server.sh' | sha256sum -c`)
  })

  it('ask no questions to tables that only one site has', () => {
    expect(uses.filter(({ inputs }) => inputs['drill-checks'] !== undefined)).toEqual([])
  })

  it('have a group for each action: what waits in one is pushed out by the next that comes', () => {
    const groups = new Map<string, Set<string>>()
    for (const { jobs, concurrency } of workflows) {
      for (const { steps, concurrency: own = concurrency } of Object.values(jobs)) {
        const folders = steps.flatMap(({ uses = '' }) => actionUsed(uses)?.folder ?? [])
        if (own === undefined) continue
        for (const folder of folders) {
          const here = groups.get(own.group) ?? new Set()
          groups.set(own.group, here.add(folder === '' ? 'backup' : folder))
        }
      }
    }
    const shared = [...groups].filter(([, folders]) => folders.size > 1 && folders.has('backup'))
    expect(groups.get('restore-web1')).toEqual(new Set(['restore']))
    expect(shared).toEqual([])
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

  it.each(pages)('show no picture that is not there: %s', page => {
    const shown = [...read(page).matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, path = '']) => path)
    expect(shown.filter(path => !existsSync(join(root, dirname(page), path)))).toEqual([])
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

  it.each(pages)('hold YAML that is YAML: %s', page => {
    for (const { language, text } of blocksOf(page)) if (language === 'yaml') parse(text)
  })

  it('make the bucket, and the rights on it, that the workflow of the README uses', () => {
    const [made = ''] = blocksOf('README.md').flatMap(({ text }) => (text.includes('create-bucket') ? [text] : []))
    const [use] = uses.filter(({ where }) => where.startsWith('README.md'))
    const arg = (name: string) => new RegExp(`${name}[ =]([\\w.:/-]+)`).exec(made)?.[1]
    expect(arg('--bucket')).toBe(use?.inputs['s3-bucket'])
    expect(arg('--region')).toBe(use?.inputs['s3-region'])
    expect(arg('LocationConstraint')).toBe(use?.inputs['s3-region'])
    expect(read('README.md')).toContain(`\`${arg('--policy-document')?.replace('file://', '')}\`:\n\n\`\`\`json`)
  })

  it.each(pages)('hold shell commands that a shell can read: %s', page => {
    for (const { language, text } of blocksOf(page)) {
      if (language === 'sh') execFileSync('sh', ['-n'], { input: text })
    }
  })
})

// ---------------------------------------------------------------- error messages

/** The text of every source file, as its messages read: quotes without their backslashes. */
const sourceNames = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(name =>
  name.endsWith('.ts'),
)
const textOf = (name: string) => read(join('src', name)).replace(/\\(['"`])/g, '$1')
const sources = sourceNames.map(textOf)

/** Whether a message occurs in one source file; `…` stands for what is filled in. */
function occurs(message: string): boolean {
  const literals = message.split('…').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(literals.join('[^\\n]{0,120}?'))
  return sources.some(source => pattern.test(source))
}

describe('docs/troubleshooting.md', () => {
  const headings = [...proseOf('docs/troubleshooting.md').matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading)
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

  it('names every code of a warning, or verifying.md does, of a finding', () => {
    const codesIn = (names: readonly string[], pattern: RegExp) =>
      names.flatMap(name => [...textOf(name).matchAll(pattern)].map(([, code = '']) => code))
    // Looks before a backup or a restore show no codes.
    const runs = sourceNames.filter(name => !/preflight|check-target|\/target\/|s3-rights/.test(name))
    const codes = new Set([
      ...codesIn(runs, /\bwarning\(\s*'([a-z-]+)'/g),
      ...codesIn(runs, /\bcode: '([a-z]+(?:-[a-z]+)+)'/g),
      ...codesIn(
        runs.filter(name => name.startsWith('commands/verify/') || name.includes('artifact')),
        /\b(?:problem|objectProblem|refusal|asFinding)\((?:artifact,)?\s*'([a-z-]+)'/g,
      ),
    ])
    // Of the output alone, which holds fewer warnings then than there are.
    codes.delete('more-warnings')
    expect(codes.size).toBeGreaterThan(45)
    const page = read('docs/troubleshooting.md') + read('docs/verifying.md')
    expect([...codes].filter(code => !page.includes(`\`${code}\``))).toEqual([])
  })
})

// ---------------------------------------------------------------- the format

describe('docs/format.md', () => {
  const page = 'docs/format.md'
  const [text = '', proof = ''] = blocksOf(page)
    .filter(({ language }) => language === 'json')
    .map(each => each.text)

  it('shows a manifest to the letter', () => {
    expect(serializeManifest(parseManifest(text, 'the example'))).toBe(text)
  })

  it('shows a proof to the letter', () => {
    expect(serializeProof(parseProof(proof, 'the example'))).toBe(proof)
  })

  it.each([
    ['the manifest', text, 41],
    ['the proof', proof, 16],
  ])('explains every field of %s', (_, shown, atLeast) => {
    const prose = proseOf(page)
    const fields = new Set<string>()
    JSON.stringify(JSON.parse(shown), (field, value) => {
      if (/\D/.test(field)) fields.add(field)
      return value
    })
    const explained = (field: string) => new RegExp(`\`(\\w+\\.)?${field}(\\.\\w+)?\``).test(prose)
    expect(fields.size).toBeGreaterThanOrEqual(atLeast)
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
