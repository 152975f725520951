import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandName } from '../../../../src/inputs/file/find-step'
import { readStep, type StepInputs, type StepRequest } from '../../../../src/inputs/file/read-step'
import { UserError } from '../../../../src/runtime/errors'

const root = join(__dirname, '../../../..')

/** `<<` and `>>` stand for the marks of an expression. */
function marked(text: string): string {
  return text.replaceAll('<<', '$'.concat('{{')).replaceAll('>>', '}}')
}

function read(command: CommandName, text: string, given: Partial<StepRequest> = {}): StepInputs {
  const actionText = readFileSync(join(root, command === 'backup' ? '' : command, 'action.yml'), 'utf8')
  const request = { file: 'backup.yml', step: undefined, form: new Map(), isDryRun: false, environment: {} }
  return readStep({ ...request, command, text: marked(text), actionText, ...given })
}

/** The inputs of a file of inputs, as far as they are given there. */
function plain(text: string, environment: Record<string, string> = {}): Record<string, string> {
  const { inputs } = read('backup', text, { environment })
  const names = text.split('\n').flatMap(line => /^([\w-]+):/.exec(line)?.[1] ?? [])
  return Object.fromEntries(names.map(name => [name, inputs.get(name) ?? '']))
}

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof UserError) return [error.message, ...error.detail, error.advice].join(' ')
    throw error
  }
  return 'nothing'
}

describe('a file of inputs', () => {
  it('gives each value as text, as GitHub does, and defaults for the rest', () => {
    const text = [
      ...['ssh-port: 22', 'dry-run: true', 'accept-shrink: TRUE', 'ssh-host: no', 'compression-level: 1.10', 'name:'],
      ...[
        's3-bucket: 0x10',
        'mysql-port: "0x10"',
        'databases: |',
        '  shop',
        '  blog',
        'paths: >-',
        '  /var/www',
        '  /srv',
      ],
    ].join('\n')
    expect(plain(text)).toEqual({
      ...{ 'ssh-port': '22', 'dry-run': 'true', 'accept-shrink': 'true', 'ssh-host': 'no', 'compression-level': '1.1' },
      ...{ name: '', 's3-bucket': '16', 'mysql-port': '0x10', databases: 'shop\nblog\n', paths: '/var/www /srv' },
    })
    const { inputs } = read('backup', 'ssh-host: web1')
    expect([inputs.get('s3-prefix'), inputs.get('ssh-key'), inputs.get('max-shrink')]).toEqual([
      'running-backups',
      '',
      '50%',
    ])
  })

  it('refuses what an action would never get, and says what to write', () => {
    for (const [text, telling] of [
      ['databases: [shop, blog]', /"databases" must be text, got a list.*databases: \|/],
      ['databases: {a: 1}', /got a map/],
      ['s3-secret-access-key: 12345678901234567890', /so many digits.*quotes/],
      ['databasse: shop\npath: /srv', /no input "databasse", "path".*Did you mean paths\?/],
      ['exotic: 1', /no input "exotic".*docs\/inputs\.md/],
      ['a: 1\na: 2', /not YAML: line 2, column 1: DUPLICATE_KEY/],
      ['ssh-key: "secret', /^"backup.yml" is not YAML: line 1, column 17: MISSING_CHAR\. Compare/],
      ['- a', /neither a workflow nor inputs/],
      ['', /neither a workflow nor inputs/],
    ] as const)
      expect(refusal(() => read('backup', text))).toMatch(telling)
  })
})

describe('expressions', () => {
  it('are filled in from the environment, and from files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'step-'))
    writeFileSync(join(folder, 'key'), 'a key\nof two lines\n')
    const environment = { HEARTBEAT: 'abc', SSH_KEY_FILE: join(folder, 'key'), HOST: '' }
    const text = [
      'heartbeat-url: https://hc-ping.com/<< secrets.HEARTBEAT >>',
      "ssh-key: << secrets.ssh_key || 'none' >>",
      "ssh-host: << vars.HOST || 'web1 || it''s' >>",
      "mysql-host: << secrets['HEARTBEAT'] >>",
      'dry-run: << inputs.dry-run || false >>',
      'name: << inputs.name >>',
      "s3-region: << secrets.NOWHERE || vars.NOR_HERE || 'eu' >>",
    ].join('\n')
    expect(plain(text, environment)).toEqual({
      ...{ 'heartbeat-url': 'https://hc-ping.com/abc', 'ssh-key': 'a key\nof two lines', 'ssh-host': "web1 || it's" },
      ...{ 'mysql-host': 'abc', 'dry-run': 'false', name: '', 's3-region': 'eu' },
    })
    const { secrets, secretVariables } = read('backup', text, { environment })
    expect(new Set(secrets)).toEqual(new Set(['abc', 'a key\nof two lines']))
    expect(secretVariables).toEqual(expect.arrayContaining(['HEARTBEAT']))
    rmSync(folder, { recursive: true })
  })

  it('are refused by name where they need GitHub, or a value that is nowhere', () => {
    const said = (value: string) => refusal(() => read('backup', `ssh-host: ${value}`))
    expect(said('<< matrix.host >>')).toMatch(/\{\{ matrix.host \}\} is not supported.*A matrix is many runs/)
    expect(said('<< steps.a.outputs.b >>')).toMatch(/\{\{ steps.a.outputs.b \}\} is not supported.*No other step/)
    expect(said("<< format('{0}', vars.X) >>")).toMatch(/format\(.*is not supported/)
    expect(said('<< !inputs.x >>')).toMatch(/!inputs.x \}\} is not supported/)
    expect(said('<< secrets.B >><< vars.C >>')).toMatch(/not set, and "backup.yml" needs them: B, C\. Set B, or B_FILE/)
    const environment = { X_FILE: '/nowhere' }
    expect(refusal(() => read('backup', 'ssh-key: << secrets.X >>', { environment }))).toMatch(/X_FILE.*ENOENT/)
  })
})

describe('a workflow', () => {
  const example = (name: string) => readFileSync(join(root, 'examples', name), 'utf8')
  const environment = Object.fromEntries(
    ['SSH_KEY', 'SSH_KNOWN_HOSTS', 'HEARTBEAT_ID', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY', 'RESTORE_SSH_KEY']
      .concat(['SIGNED_BY', 'VERIFY_KEY'])
      .map(name => [name, `the ${name}`]),
  )

  it.each([
    ['backup', 'hourly-backup.yml'],
    ['list', 'freshness.yml'],
    ['verify', 'daily-verify.yml'],
    ['restore', 'restore.yml'],
  ] as const)('is read for a %s as the examples have it', (command, file) => {
    const { inputs } = read(command, example(file), { environment })
    expect(inputs.get('s3-bucket')).toBe('acme-backups')
    expect(inputs.get('s3-access-key-id')).toBe('the S3_ACCESS_KEY_ID')
  })

  it('has a form, with defaults, which an option fills in', () => {
    const text = example('restore.yml')
    const { inputs } = read('restore', text, { environment })
    expect(['ssh-host', 'overwrite', 'snapshot', 'dry-run'].map(name => inputs.get(name))).toEqual([
      ...['web1.example.com', 'false', 'latest', 'true'],
    ])
    const form = new Map([
      ['ssh-host', 'new-web1.example.com'],
      ['dry-run', 'false'],
    ])
    const other = read('restore', text, { environment, form }).inputs
    expect([other.get('ssh-host'), other.get('dry-run')]).toEqual(['new-web1.example.com', 'false'])
    const wrong = (name: string, value: string) =>
      refusal(() => read('restore', text, { environment, form: new Map([[name, value]]) }))
    expect(wrong('ssh-host', 'evil.example.com')).toMatch(/must be one of its options.*new-web1/)
    expect(wrong('host', 'x')).toMatch(/has no "host". It has: snapshot/)
  })

  it('runs dry by one word, where there is a dry run', () => {
    expect(read('backup', example('hourly-backup.yml'), { environment, isDryRun: true }).inputs.get('dry-run')).toBe(
      'true',
    )
    expect(refusal(() => read('list', 'a: 1', { isDryRun: true }))).toMatch(/no input|no dry run/)
  })

  const steps = [
    'env: { AWS_REGION: eu-1, OTHER: "<< github.sha >>" }',
    ...['jobs:', '  one:', '    steps:', '      - run: make', '      - uses: acme/make-a-backup@v1'],
    ...['        name: Shop', '        with: { ssh-host: shop }'],
    ...[
      '      - uses: ./',
      '        id: blog',
      '        env: { HTTPS_PROXY: "http://p:1" }',
      '        with: { ssh-host: blog }',
    ],
    ...[
      '  two:',
      '    steps:',
      '      - uses: acme/make-a-backup/list@0123abc',
      '      - uses: actions/cache/restore@v4',
    ],
  ].join('\n')

  it('needs the name of the step where several use the action', () => {
    const host = (step: string) => read('backup', steps, { step }).inputs.get('ssh-host')
    expect([host('Shop'), host('blog'), host('one/2')]).toEqual(['shop', 'blog', 'blog'])
    expect(refusal(() => read('backup', steps))).toMatch(/has 2 steps .*Choose one: --name 'Shop', --name 'blog'/)
    expect(refusal(() => read('backup', steps, { step: 'forum' }))).toMatch(/has 0 steps by the name "forum".*'Shop'/)
    expect(read('list', steps).inputs.get('s3-prefix')).toBe('running-backups')
    expect(refusal(() => read('restore', steps))).toMatch(/no step .* restore.*It has one for: backup, list/)
    expect(refusal(() => read('restore', 'jobs: {}'))).toMatch(/uses: OWNER\/make-a-backup@v1/)
  })

  it('gives the settings of AWS and of proxies that it has', () => {
    expect(read('backup', steps, { step: 'blog' }).env).toEqual({ AWS_REGION: 'eu-1', HTTPS_PROXY: 'http://p:1' })
  })
})
